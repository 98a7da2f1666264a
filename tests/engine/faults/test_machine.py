"""The machine against what a profile needs, and what its kernel lets containers do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engine.cli import Cli
from tests.engine.conftest import INSTANCE, Docker
from tests.engine.faults import scrap
from tests.engine.faults.conftest import write
from tests.engine.faults.met import meets
from tests.engine.faults.place import place
from tests.lab.packages import ensure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.engine
ANY: dict[str, object] = {"thing": {"image": "lab.invalid/any:1"}}
INOTIFY = "/proc/sys/fs/inotify"


def look(check: str) -> tuple[str, ...]:
    return ("doctor", "lab", "--only", check)


def test_the_engine_is_older_than_the_profile_wants(call: Cli) -> None:
    write(call.folder, ANY, requires={"docker": ">=99"})
    met = meets(call, "docker.too-old", 1, *look("docker.engine"))
    write(call.folder, ANY, requires={"docker": ">=20.10"})
    met.by_advice()


def test_the_disk_is_smaller_than_the_profile_wants(call: Cli) -> None:
    write(call.folder, ANY, requires={"disk": "900TB"})
    met = meets(call, "machine.disk-short", 1, *look("machine.disk"))
    assert "docker builder prune --force" in met.fix


def test_memory_is_less_than_the_profile_wants(call: Cli) -> None:
    write(call.folder, ANY, requires={"memory": "900TB"})
    met = meets(call, "machine.memory-low", 1, *look("machine.memory"))
    write(call.folder, ANY, requires={"memory": "100MB"})
    met.by_advice()


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder on PATH."""
    (tmp_path / "tools").mkdir()
    return tmp_path / "tools"


def install(tools: Path, version: str) -> None:
    (tools / "labtool").write_text(f"#!/bin/sh\necho labtool {version}\n")
    (tools / "labtool").chmod(0o755)


@pytest.mark.parametrize(
    ("before", "fault"), [("", "tools.missing"), ("1.2.3", "tools.other-version")]
)
def test_a_tool_is_missing_or_too_old(call: Cli, tools: Path, before: str, fault: str) -> None:
    write(call.folder, ANY, tools={"labtool": ">=2.0"})
    if before:
        install(tools, before)
    path = f"{tools}:/usr/bin:/bin"
    met = meets(call, fault, 1, *look("tools.labtool"), PATH=path)
    install(tools, "2.1.0")
    met.by_advice()


def test_too_few_files_can_be_watched(folder: Path, tmp_path: Path) -> None:
    """The kernel's figures are the whole machine's, so files stand in for them in one place."""
    mounts = []
    for name, figure in (("max_user_watches", 8192), ("max_user_instances", 128)):
        (tmp_path / name).write_text(f"{figure}\n")
        mounts.append(f"mount --bind {tmp_path}/{name} {INOTIFY}/{name}")
    write(folder, {"web": {"kind": "node", "image": "node:24.21.0"}})
    with place(*mounts) as made:
        meets(made.cli(folder), "machine.inotify-low", 1, *look("machine.kernel")).by_doctor()


def test_the_clocks_differ(call: Cli) -> None:
    ensure("faketime")
    late = Cli(call.folder, call.environment, ["faketime", "-f", "-10m"])
    meets(late, "machine.clock-skew", 0, "doctor", "--only", "machine.clock").by_advice(cli=call)


@pytest.fixture
def arm(docker: Docker) -> Iterator[str]:
    """An image for another processor."""
    name = f"lab.invalid/arm-{INSTANCE}:1"
    scrap.load(name, {"program": (b"", 0o755)}, architecture="arm64")
    yield name
    docker("rmi", name)


def test_an_image_here_is_for_another_processor(call: Cli, arm: str, docker: Docker) -> None:
    write(call.folder, {"thing": {"image": arm}})
    met = meets(call, "service.wrong-architecture", 1, *look("machine.architecture"))
    docker("rmi", arm)
    scrap.load(arm, {"program": (b"", 0o755)})
    met.by_advice()
