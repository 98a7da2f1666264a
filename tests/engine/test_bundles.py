"""A bundle of webapp: saved here, loaded on an empty engine that no route leads away from."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from envcheck.images.bundle.write import LEVEL
from tests.engine.cli import Cli
from tests.engine.conftest import INSTANCE, Docker
from tests.lab import engines, shared
from tests.lab.packages import ensure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from envcheck.engine.client import DockerEngine
    from tests.engine.cli import Ran

pytestmark = pytest.mark.engine

SERVICES = {"db", "cache", "web"}


@dataclass(frozen=True)
class Saved:
    """A bundle, what `bundle save` said of it, and how it compares with docker's own archive."""

    file: Path
    report: dict[str, object]
    images: list[str]
    docker_bytes: int
    docker_seconds: float


@pytest.fixture(scope="module")
def saved(images: None, state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Saved]:
    """Webapp's images are here and its own is built, so that saving is all that is timed."""
    from tests.engine.conftest import REPOSITORY

    file = tmp_path_factory.mktemp("bundle") / "webapp.bundle"
    call = Cli(REPOSITORY, {"XDG_STATE_HOME": str(state)})
    here = ("webapp", "--instance", f"{INSTANCE}-save")
    try:
        up = call("up", *here)
        assert up.code == 0, up.err
        done = call("bundle", "save", *here, "-o", str(file), "--json")
        assert done.code == 0, done.err
        told = done.report["bundle"]
        compressed, seconds = _by_docker(told["images"])
        yield Saved(file, told, told["images"], compressed, seconds)
    finally:
        gone = call("clean", "--yes", *here, "--json")
        assert gone.code == 0, gone.err


def _by_docker(images: list[str]) -> tuple[int, float]:
    """Bytes and seconds of `docker save | zstd` at the same level, on every processor."""
    ensure("zstd")
    begun = time.monotonic()
    with subprocess.Popen(["docker", "save", *images], stdout=subprocess.PIPE) as save:
        packed = subprocess.run(
            ["zstd", f"-{LEVEL}", "-T0", "-c"], stdin=save.stdout, capture_output=True, check=True
        )
    assert save.returncode == 0
    return len(packed.stdout), time.monotonic() - begun


@pytest.fixture(scope="module")
def island(
    engine: DockerEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[engines.Engine]:
    """A second engine, empty, in a network namespace with a loopback and nothing else.

    It is of the other version: what one hands out the other must take.
    """
    old = engine.describe().version.startswith("20.")
    which: engines.Which = "current" if old else "distribution"
    root = tmp_path_factory.mktemp("island")
    with (
        shared.namespace(way_out=False) as net,
        engines.start(which, root, netns=net.name) as other,
    ):
        yield other


def test_a_bundle_is_all_that_a_machine_without_a_network_needs(
    saved: Saved, island: engines.Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {"DOCKER_HOST": island.docker_host, "XDG_STATE_HOME": str(tmp_path / "state")}
    cli = Cli(tmp_path, environment, island.command([]))
    docker = Docker({"DOCKER_HOST": island.docker_host})
    _no_way_out(island)
    assert docker("images", "-aq") == []

    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "webapp.yaml").write_bytes(_profile())
    missing = cli("up", "webapp", "--offline", "--json")
    _is_refused(missing, 2, "build.no-dockerfile")

    loaded = cli("bundle", "load", str(saved.file), "--json")
    assert loaded.code == 0, loaded.err
    assert {*loaded.report["bundle"]["images"]} == {*saved.images}
    assert _ids(docker, saved.images) == _ids(Docker({}), saved.images)

    up = cli("up", "webapp", "--offline", "--json")
    assert up.code == 0, up.err
    assert {name: s["state"] for name, s in up.report["services"].items()} == dict.fromkeys(
        SERVICES, "ready"
    )
    assert not [c for c in up.report["changes"] if c["action"] in ("pulled", "built")]
    assert cli("check", "webapp", "--json").code == 0
    assert cli("onboard", "webapp", "--offline", "--json").code == 0
    _no_way_out(island)

    clean = cli("clean", "webapp", "--yes", "--json")
    assert clean.code == 0, clean.err
    assert clean.report["left_behind"] == []
    for left in (("images", "-aq"), ("ps", "-aq"), ("volume", "ls", "-q")):
        assert docker(*left) == [], left

    gone = cli("up", "webapp", "--offline", "--json")
    _is_refused(gone, 4, "offline.image-missing")
    assert "postgres:17.11" in gone.report["error"]["what"]
    assert docker("ps", "-aq") == []
    _print(saved, loaded.report["bundle"]["seconds"], capsys)


def _no_way_out(island: engines.Engine) -> None:
    """No route but those to the engine's own bridges, and the kernel says so to who tries."""
    routes = subprocess.run(
        island.command(["ip", "route", "show"]), capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert all(" dev docker0 " in route or " dev br-" in route for route in routes), routes
    knock = "import socket; socket.create_connection(('192.0.2.1', 443), 5)"
    tried = subprocess.run(
        island.command(["python3", "-c", knock]), capture_output=True, text=True, check=False
    )
    assert "Network is unreachable" in tried.stderr


def _is_refused(ran: Ran, code: int, id: str) -> None:
    assert (ran.code, ran.report["error"]["id"]) == (code, id), ran.err
    assert ran.report["changes"] == []


def _profile() -> bytes:
    from tests.engine.conftest import REPOSITORY

    return (REPOSITORY / "profiles" / "webapp.yaml").read_bytes()


def _ids(docker: Docker, images: list[str]) -> list[str]:
    return docker("image", "inspect", "--format", "{{.Id}}", *images)


def _print(saved: Saved, load: float, capsys: pytest.CaptureFixture[str]) -> None:
    size, seconds = saved.file.stat().st_size, saved.report["seconds"]
    assert size < saved.docker_bytes
    with capsys.disabled():
        print(  # noqa: T201 - the figures are what a reader of the log looks for
            f"\nbundle of webapp: {size / 1e6:.1f} MB in {seconds:.1f} s, loaded in {load:.1f} s;"
            f" docker save | zstd -{LEVEL}: {saved.docker_bytes / 1e6:.1f} MB"
            f" in {saved.docker_seconds:.1f} s"
        )


def test_a_save_that_is_interrupted_leaves_no_file(saved: Saved, cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "half.bundle"
    here = ("webapp", "--instance", f"{INSTANCE}-half")
    ran = cli.interrupted("bundle", "save", *here, "-o", str(file), when="saving")
    assert ran.code == 130, ran.err
    assert not [*tmp_path.glob("*half*")]
    # It has made nothing, but it is on record as a user of the images.
    assert cli("clean", "--yes", *here).code == 0


def test_a_file_that_is_there_is_not_replaced_unasked(
    saved: Saved, cli: Cli, tmp_path: Path
) -> None:
    file = tmp_path / "mine.bundle"
    file.write_text("mine")
    ran = cli("bundle", "save", "webapp", "-o", str(file), "--json")
    assert (ran.code, ran.report["error"]["id"]) == (2, "bundle.file-exists")
    assert file.read_text() == "mine"
