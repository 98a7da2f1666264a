"""What dead checkouts, killed runs and forgotten images leave: shown, taken away, and proved."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from envcheck.core.spec import Label
from envcheck.host.processes import own_mark
from tests.engine.cli import Cli
from tests.engine.conftest import Docker
from tests.engine.faults import scrap
from tests.lab import engines
from tests.lab.shell import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.engine
BOX = "lab.invalid/box:1"
OLD = "envcheck.local/old:1.0"


@dataclass(frozen=True)
class Yard:
    """An engine of one's own, since everything on it is taken away, and projects beside it."""

    root: Path
    docker: Docker

    def project(self, name: str, **service: object) -> Cli:
        """A project whose profile has one service, which runs nothing but a sleep."""
        folder = self.root / name
        (folder / "profiles").mkdir(parents=True)
        services = {"thing": {"image": BOX, "command": ["/bin/busybox", "sleep", "999"], **service}}
        profile = {"name": name, "services": services}
        (folder / "profiles" / f"{name}.yaml").write_text(json.dumps(profile))
        return self.cli(folder)

    def cli(self, folder: Path) -> Cli:
        """The command line in a folder."""
        host = self.docker("context", "inspect", "--format", "{{.Endpoints.docker.Host}}")[0]
        state = {"XDG_STATE_HOME": str(self.root / "state"), "DOCKER_HOST": host}
        return Cli(folder, state)

    def one_off(self, name: str, mark: str) -> None:
        """A container as a process with that mark makes it for one command."""
        labels = (f"{Label.PROCESS}={mark}", f"{Label.VERSION}=1.0")
        words = [word for label in labels for word in ("--label", label)]
        self.docker("create", "--name", name, *words, BOX, "/bin/busybox", "true")


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    root = tmp_path_factory.mktemp("garbage")
    with engines.start("distribution", root / "e") as engine:
        scrap.load(BOX, scrap.programs(), host=engine.docker_host)
        labels = {Label.RECIPE: "old:1.0", Label.VERSION: "1.0"}
        scrap.load(OLD, scrap.programs(), host=engine.docker_host, Labels=labels)
        yield Yard(root, Docker({"DOCKER_HOST": engine.docker_host}))


def dead_mark() -> str:
    """The mark of a process that has ended."""
    code = "from envcheck.host.processes import own_mark; print(own_mark())"
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


def left(cli: Cli) -> dict[str, dict[str, str]]:
    """What `status` says is left over, by kind and name."""
    status = cli("status", "--json")
    assert status.code == 0, status.err
    return {f"{one['kind']} {one['name']}": one for one in status.report["garbage"]}


def test_all_that_is_left_over_is_shown_and_taken_away_and_nothing_else(yard: Yard) -> None:
    gone = yard.project("gone")
    assert gone("up", "gone").code == 0
    shutil.rmtree(gone.folder)
    killed = yard.project("killed", verify=[{"exec": "/bin/busybox false"}])
    with killed.under_way("up", "killed"):
        wait_until(lambda: "killed-thing" in _names(yard), "a run to kill", 30)
    yard.one_off("of-the-dead", dead_mark())
    yard.one_off("of-the-living", own_mark())
    yard.docker("volume", "create", "foreign")
    yard.docker("create", "--name", "foreign", BOX, "/bin/busybox", "true")

    found = left(killed)
    assert {*found} == {
        *("instance gone", "run killed", "container of-the-dead", f"image {OLD}"),
    }
    assert found["instance gone"]["command"] == "envcheck clean --instance gone"
    text = killed("status").out
    assert "Left over" in text
    assert all(one["command"] in text for one in found.values())

    refused = killed("clean", "--all")
    assert refused.code == 2
    assert left(killed).keys() == found.keys()
    clean = killed("clean", "--all", "--yes", "--json")
    assert clean.code == 0, clean.err
    assert clean.report["left_behind"] == []
    assert left(killed) == {}
    assert killed("status", "--json").report["instances"] == []
    assert _names(yard) == {"foreign", "of-the-living"}
    assert yard.docker("volume", "ls", "-q") == ["foreign"]
    assert yard.docker("images", "--format", "{{.Repository}}:{{.Tag}}") == [BOX]


def test_a_run_that_was_killed_is_left_over_until_another_one_finishes_the_job(yard: Yard) -> None:
    again = yard.project("again", verify=[{"exec": "/bin/busybox false"}])
    with again.under_way("up", "again"):
        wait_until(lambda: "again-thing" in _names(yard), "a run to kill", 30)
        assert "run again" not in left(again)
    assert "was killed" in left(again)["run again"]["why"]
    profile = again.folder / "profiles" / "again.yaml"
    profile.write_text(profile.read_text().replace("false", "true"))
    assert "was killed" in again("up", "again").out
    assert "run again" not in left(again)
    assert again("clean", "again", "--yes").code == 0


def _names(yard: Yard) -> set[str]:
    return {*yard.docker("ps", "-a", "--format", "{{.Names}}")}
