"""Killed while images are pulled, locked or loaded: the next run gets them, and clean takes them.

In CI a few points; ``ENVCHECK_POINTS=1000`` tries every one.
"""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.pull_places import Place, call, hub, sleeper, store, want
from tests.lab import meddler, stock
from tests.lab.meddler import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.engine.client import DockerEngine
    from tests.engine.cli import Cli
    from tests.lab.faulty import Asked, Faulty
    from tests.lab.meddler import Meddler
    from tests.lab.registry import Registry

__all__ = ["call", "hub", "store"]

pytestmark = pytest.mark.engine

POINTS = int(os.environ.get("ENVCHECK_POINTS", "1"))
HERE = ("--instance", Place.instance)


@pytest.fixture
def proxy(call: Cli) -> Iterator[Meddler]:
    """The way to the engine on which the killing is."""
    engine = call.variables()["DOCKER_HOST"].removeprefix("unix://")
    # A socket's path must be short.
    with (
        tempfile.TemporaryDirectory(prefix="ki-") as folder,
        meddler.serve(Path(folder) / "door", engine) as found,
    ):
        yield found


def points(count: int) -> list[int]:
    """Some of the numbers from 1 to that one, as far from each other as can be."""
    few = min(POINTS, count)
    return sorted({round((at + 0.5) * count / few + 0.5) for at in range(few)})


def count(call: Cli, proxy: Meddler, *words: str) -> int:
    """How many calls to the engine it takes."""
    proxy.begin()
    ran = call(*words, DOCKER_HOST=proxy.docker_host)
    assert ran.code == 0, ran.out + ran.err
    return len(proxy.calls)


def kill(call: Cli, proxy: Meddler, number: int, *words: str) -> None:
    """Run it, and kill it when its call of this number was answered."""
    proxy.begin(Fault(number, "kill", "after"))
    with call.begun(*words, DOCKER_HOST=proxy.docker_host) as process:
        proxy.victim = process.pid
        process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, f"it made fewer calls than {number}"
    proxy.begin()


def is_gone(call: Cli, engine: DockerEngine) -> None:
    """Clean, and see that no image is left."""
    clean = call("clean", "--yes", *HERE, "--json")
    assert (clean.code, clean.report["left_behind"]) == (0, []), clean.out
    left = [image for image in engine.observe().images if "pulls" in str(image)]
    assert left == [], clean.report["kept"]


def test_a_pull_that_is_killed_is_done_by_the_next(
    call: Cli, hub: Faulty, store: Registry, proxy: Meddler, engine: DockerEngine
) -> None:
    stock.put(store.address, "pulls/killed:1.0", sleeper("killed"))
    want(call, f"{hub.address}/pulls/killed:1.0")
    calls = count(call, proxy, *Place.up)
    is_gone(call, engine)
    for number in points(calls):
        kill(call, proxy, number, *Place.up)
        is_gone(call, engine)
        kill(call, proxy, number, *Place.up)
        up = call(*Place.up)
        assert up.code == 0, f"after {number} of {calls}: {up.out}{up.err}"
        is_gone(call, engine)


def test_a_lock_that_is_killed_leaves_the_file_whole(
    call: Cli, hub: Faulty, store: Registry
) -> None:
    for version in ("1.0", "1.1"):
        stock.put(store.address, f"pulls/locked:{version}", sleeper(f"locked-{version}"))
    lock = call.folder / "profiles" / "pulls.lock"
    want(call, f"{hub.address}/pulls/locked:1.0")
    hub.forget()
    assert call("lock", "pulls").code == 0
    requests, old = len(hub.asked), lock.read_bytes()
    want(call, f"{hub.address}/pulls/locked:1.1")
    for number in points(requests):
        hub.forget()
        with call.begun("lock", "pulls") as process:

            def kill(_asked: Asked, number: int = number, pid: int = process.pid) -> None:
                if len(hub.asked) == number:
                    os.kill(pid, signal.SIGKILL)

            hub.at_each = kill
            process.communicate(timeout=60)
        hub.at_each = lambda _asked: None
        assert process.returncode == -signal.SIGKILL
        assert lock.read_bytes() == old
        assert [*lock.parent.glob("*lock*")] == [lock]
    assert call("lock", "pulls").code == 0
    assert b"1.1" in lock.read_bytes()


def test_a_bundle_whose_loading_is_killed_is_loaded_by_the_next(
    call: Cli, hub: Faulty, store: Registry, proxy: Meddler, engine: DockerEngine
) -> None:
    stock.put(store.address, "pulls/bundled:1.0", sleeper("bundled"))
    want(call, f"{hub.address}/pulls/bundled:1.0")
    assert call(*Place.up).code == 0
    file = call.folder / "pulls.bundle"
    saved = call("bundle", "save", "pulls", *HERE, "-o", str(file))
    assert saved.code == 0, saved.err
    is_gone(call, engine)
    load = ("bundle", "load", str(file), *HERE)
    calls = count(call, proxy, *load)
    is_gone(call, engine)
    for number in points(calls):
        kill(call, proxy, number, *load)
        is_gone(call, engine)
        kill(call, proxy, number, *load)
        assert call(*load).code == 0
        up = call(*Place.up, "--offline")
        assert up.code == 0, f"after {number} of {calls}: {up.out}{up.err}"
        is_gone(call, engine)
