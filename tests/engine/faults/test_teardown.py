"""What is in the way of taking an instance away, and what nobody takes away any more."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.engine.conftest import INSTANCE, Docker
from tests.engine.faults import servers
from tests.engine.faults.conftest import HERE, write
from tests.engine.faults.met import Met, meets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.cli import Cli

pytestmark = pytest.mark.engine
UP = ("up", "lab", "--instance", HERE)
CLEAN = ("clean", "lab", "--yes", "--instance", HERE)
GUEST = f"{INSTANCE}-guest"


@pytest.fixture
def up(here: Cli, box: str) -> Cli:
    """An instance that is up, with a volume."""
    service = {"image": box, "command": ["sleep", "60"], "volumes": ["data:/data"]}
    write(here.folder, {"thing": service})
    assert here(*UP).code == 0
    return here


@pytest.fixture
def guest(docker: Docker) -> Iterator[str]:
    """The name of a foreign container, which is gone afterwards."""
    yield GUEST
    if GUEST in docker("ps", "-a", "--format", "{{.Names}}"):
        docker("rm", "-f", GUEST)


def left_behind(met: Met) -> list[tuple[str, str]]:
    return [(thing["kind"], thing["name"]) for thing in met.ran.report["left_behind"]]


def test_a_stranger_uses_the_volume(up: Cli, box: str, docker: Docker, guest: str) -> None:
    docker("create", "--name", guest, "-v", f"{HERE}_data:/data", box)
    met = meets(up, "docker.volume-in-use", 5, *CLEAN)
    assert left_behind(met) == [("volume", f"{HERE}_data")]
    docker("rm", guest)
    met.by_advice()


def test_a_stranger_is_on_the_network(up: Cli, box: str, docker: Docker, guest: str) -> None:
    docker("run", "-d", "--name", guest, "--network", HERE, box, "sleep", "60")
    met = meets(up, "docker.network-in-use", 5, *CLEAN)
    assert left_behind(met) == [("network", HERE)]
    docker("network", "disconnect", HERE, guest)
    met.by_advice()


def test_a_stranger_uses_the_image(here: Cli, docker: Docker, guest: str) -> None:
    with servers.registry() as hub:
        write(here.folder, {"thing": {"image": hub.thing, "command": ["sleep", "60"]}})
        assert here(*UP).code == 0
        docker("create", "--name", guest, hub.thing)
        clean = here(*CLEAN, "--json")
        assert clean.code == 0
        kept = {kept["name"]: kept["reason"] for kept in clean.report["kept"]}
        assert kept[hub.thing] == f"container {guest} uses it"
        docker("rm", guest)
        docker("rmi", hub.thing)


def test_the_folder_of_an_instance_is_gone(up: Cli, call: Cli, docker: Docker) -> None:
    shutil.rmtree(up.folder / "profiles")
    gone = up.folder.rename(up.folder.with_name("gone"))
    shutil.rmtree(gone)
    up.folder.mkdir()
    other = type(call)(up.folder.parent, up.environment)
    up.folder.rmdir()
    look = ("doctor", "--only", "envcheck.leftovers", "--instance", f"{HERE}x")
    met = meets(other, "instance.folder-gone", 0, *look)
    ran = other(*met.words, "--fix", "--yes")
    assert "instance.folder-gone" in ran.out  # what loses data, --yes alone does not do
    assert f"{HERE}_data" in docker("volume", "ls", "-q")
    met.by_doctor("--fix-destructive", "instance.folder-gone")
    assert f"{HERE}_data" not in docker("volume", "ls", "-q")
    up.folder.mkdir()
