"""The fault lab: each fault made for real, on engines and in places where it can do no harm."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.engine.cli import Cli
from tests.engine.conftest import INSTANCE, Docker
from tests.engine.faults import scrap
from tests.engine.faults.met import BOARD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from envcheck.engine.client import DockerEngine

HERE = f"{INSTANCE}-f"
"""What the instances of the fault lab are called."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the score."""
    if BOARD.rows:
        terminalreporter.section("fault lab")
        for line in BOARD.lines():
            terminalreporter.write_line(line)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project's folder without a profile."""
    (tmp_path / "project" / "profiles").mkdir(parents=True)
    return tmp_path / "project"


@pytest.fixture
def call(folder: Path, state: Path) -> Cli:
    """The command line in that folder, for faults that leave nothing on an engine."""
    return Cli(folder, {"XDG_STATE_HOME": str(state)})


@pytest.fixture
def here(call: Cli, engine: DockerEngine, images: None) -> Iterator[Cli]:
    """The same for the machine's engine; what it brought up is cleaned away afterwards.

    The recipes' images are held meanwhile: what nobody is known to use is cleaned away as well.
    """
    yield call
    if any(name == HERE for name in engine.observe().instances()):
        gone = call("clean", "--yes", "--instance", HERE, "--json")
        assert gone.code == 0, gone.out + gone.err


@pytest.fixture
def configured(call: Cli, tmp_path: Path) -> Cli:
    """The command line with a configuration folder of its own, which is empty."""
    (tmp_path / "docker").mkdir()
    return Cli(call.folder, {**call.environment, "DOCKER_CONFIG": str(tmp_path / "docker")})


@pytest.fixture(scope="session")
def box(engine: DockerEngine) -> Iterator[str]:
    """An image with busybox and with programs that cannot run."""
    name = f"lab.invalid/box-{INSTANCE}:1"
    scrap.load(name, scrap.programs())
    yield name
    Docker({})("rmi", name)


def write(folder: Path, services: dict[str, object], **parts: object) -> None:
    """Write the folder's one profile."""
    profile = {"name": "lab", **parts, "services": services}
    (folder / "profiles" / "lab.yaml").write_text(json.dumps(profile))


def configure(cli: Cli, **parts: object) -> None:
    """Write the configuration of a Docker client."""
    folder = cli.environment["DOCKER_CONFIG"]
    with open(f"{folder}/config.json", "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump(parts, file)
