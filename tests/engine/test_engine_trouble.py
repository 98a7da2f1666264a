"""The engine restarts, the disk is full, the clock is set back: told clearly, and healed after."""

from __future__ import annotations

import json
import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from envcheck.core.spec import Label
from tests.engine.cli import Cli
from tests.engine.conftest import INSTANCE, Docker
from tests.engine.faults import scrap
from tests.lab import cgroups, engine_api, engines
from tests.lab.packages import ensure
from tests.lab.shell import run, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.engine

MB = 1_000_000
SPACE = "150M"
IMAGE = "tiny/box:1.0"
SLOW = ["sh", "-c", "sleep 2; touch /ready; exec sleep 1000"]
READY = [{"exec": {"command": ["sh", "-c", "[ -f /ready ]"]}}]
TINY = {"kind": "container", "ports": [], "volumes": ["data:/data"]}
UP = ("up", "tiny", "--json")
CLEAN = ("clean", "--yes", "tiny", "--json")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[engines.Engine]:
    """An engine on a small disk, which is started again when it ends."""
    root = tmp_path_factory.mktemp("small")
    run("mount", "-t", "tmpfs", "-o", f"size={SPACE}", "tmpfs", root)
    try:
        with engines.start("distribution", root, again=True) as engine:
            scrap.load(IMAGE, scrap.programs(), host=engine.docker_host)
            yield engine
    finally:
        run("umount", root)


@pytest.fixture
def call(small: engines.Engine, tmp_path: Path) -> Iterator[Cli]:
    """The command line for that engine, in a folder of its own; at the end all is clean."""
    (tmp_path / "profiles").mkdir()
    state = str(tmp_path / "state")
    environment = {"XDG_STATE_HOME": state, "DOCKER_HOST": small.docker_host}
    found = Cli(tmp_path, environment, small.command([]))
    yield found
    assert found("clean", "--yes", "--instance", "tiny").code == 0


@pytest.fixture
def there(small: engines.Engine) -> Docker:
    """Docker's own command line for it."""
    return Docker({"DOCKER_HOST": small.docker_host})


def want(call: Cli, **services: object) -> None:
    text = json.dumps({"name": "tiny", "services": services})
    (call.folder / "profiles" / "tiny.yaml").write_text(text)


def all_is_well(call: Cli, there: Docker) -> None:
    """The next `up` converges, and `clean` leaves nothing."""
    up = call(*UP)
    assert up.code == 0, up.out
    clean = call(*CLEAN)
    assert clean.code == 0, clean.out
    assert clean.report["left_behind"] == []
    for kind in ("container", "network", "volume"):
        assert there(kind, "ls", "-q", "--filter", f"label={Label.INSTANCE}=tiny") == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_an_engine_that_restarts_is_told_and_up_goes_on_from_there(
    call: Cli, there: Docker, small: engines.Engine, how: signal.Signals
) -> None:
    want(
        call,
        one={**TINY, "image": IMAGE, "command": SLOW, "verify": READY},
        two={**TINY, "image": IMAGE, "command": ["sleep", "1000"], "depends_on": ["one"]},
    )
    with call.begun(*UP) as process:
        wait_until(lambda: there("ps", "-q", "--filter", "name=tiny-one") != [], "a start", 30)
        os.kill(cgroups.process(small.netns, "dockerd"), how)
        out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    error = json.loads(out)["error"]
    # A step failed (4) since the engine is away, with its socket or without.
    assert process.returncode == 4
    # The last one where it went in the midst of a call.
    gone = ("docker.socket-dead", "docker.not-running", "docker.connection-lost")
    assert error["id"] in gone, error
    assert error["fix"]
    wait_until(lambda: engine_api.answers(small.socket), "the engine's return", 60)
    all_is_well(call, there)


def test_a_disk_that_fills_up_is_told_and_up_goes_on_when_there_is_room(
    call: Cli, there: Docker, small: engines.Engine
) -> None:
    want(
        call,
        one={**TINY, "image": IMAGE, "command": SLOW, "verify": READY},
        two={**TINY, "image": IMAGE, "command": ["sleep", "1000"], "depends_on": ["one"]},
    )
    filler = small.log.parent / "filler"
    with call.begun(*UP) as process:
        wait_until(lambda: there("ps", "-q", "--filter", "name=tiny-one") != [], "a start", 30)
        fill(filler)
        out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    error = json.loads(out)["error"]
    assert (process.returncode, error["id"]) == (4, "machine.disk-full"), error
    assert error["fix"]
    again = call(*UP)
    assert (again.code, again.report["error"]["id"]) == (4, "machine.disk-full"), again.out
    filler.unlink()
    all_is_well(call, there)


def fill(filler: Path) -> None:
    """Take all that is left on a disk, to the last byte."""
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(MB))


def test_with_the_clock_set_back_everything_works(cli: Cli) -> None:
    """Nothing is judged by the machine's clock: three days ago all of it did not exist yet."""
    ensure("faketime")
    here = ("webapp", "--instance", INSTANCE, "--json")
    assert cli("up", *here).code == 0
    # Monotonic time goes on as ever; that is what monotonic means.
    environment = {**cli.environment, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    back = Cli(cli.folder, environment, ("faketime", "-f", "-3d"))
    again = back("up", *here)
    assert (again.code, again.report["changes"]) == (0, []), again.out
    status = back("status", "--json").report["instances"]
    assert [len(one["services"]) for one in status if one["instance"] == INSTANCE] == [3]
    assert back("check", *here).code == 0
    assert back("down", *here).code == 0
    assert back("up", *here).code == 0
    gone = back("clean", "--yes", *here)
    assert (gone.code, gone.report["left_behind"]) == (0, []), gone.out
