"""Images from a registry: the engine's mirror stands in for Docker Hub. On the current engine."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.engine.cli import Cli
from tests.engine.conftest import INSTANCE, Docker
from tests.lab import engines, registry, shared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.engine

# What the profile pins, and what the recipes gave for it: the mirror serves the one as the other.
PINS = ("postgres:17.11", "redis:8.0.2", "node:24.21.0", "hello-world:linux", "busybox:1.37.0")


@dataclass(frozen=True)
class Other:
    """An engine of its own whose mirror holds the pinned images, and how to call envcheck there."""

    cli: Cli
    docker: Docker


@pytest.fixture(scope="module")
def served(
    images: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[engines.Engine, str]]:
    """The current engine beside a registry that it uses as a mirror; it holds no image itself."""
    root = tmp_path_factory.mktemp("mirror")
    with shared.namespace() as net, registry.serve(root / "r", netns=net.name) as hub:
        mirror = ["--registry-mirror", hub.url]
        with engines.start("current", root / "e", netns=net.name, extra_args=mirror) as engine:
            _fill(engine, hub.address)
            yield engine, hub.address


def _fill(engine: engines.Engine, address: str) -> None:
    """Carry the recipes' images over and push them under the official names."""
    docker = Docker({"DOCKER_HOST": engine.docker_host})
    tags = Docker({})("images", "--format", "{{.Repository}}:{{.Tag}}")
    for pin in PINS:
        name = pin.partition(":")[0]
        made = next(tag for tag in tags if tag.startswith(f"envcheck.local/{name}:"))
        with subprocess.Popen(["docker", "save", made], stdout=subprocess.PIPE) as saved:
            subprocess.run(
                ["docker", "--host", engine.docker_host, "load"],
                stdin=saved.stdout,
                check=True,
                capture_output=True,
            )
        pushed = f"{address}/library/{pin}"
        docker("tag", made, pushed)
        docker("push", pushed)
        docker("rmi", made, pushed)


@pytest.fixture
def other(served: tuple[engines.Engine, str], project: Path, tmp_path: Path) -> Other:
    engine, _ = served
    environment = {"DOCKER_HOST": engine.docker_host, "XDG_STATE_HOME": str(tmp_path / "state")}
    return Other(Cli(project, environment, engine.command([])), Docker(environment))


def test_the_registry_is_used_and_nothing_is_built_from_recipes(other: Other) -> None:
    here = ("webapp", "--instance", INSTANCE)
    up = other.cli("onboard", *here, "--json")
    assert up.code == 0, up.err
    report = up.report
    assert report["engine"]["version"].startswith("28.")
    services = report["services"]
    assert services["db"]["source"] == "registry"
    assert services["db"]["image"] == "postgres:17.11"
    assert services["db"]["digest"].startswith("sha256:")
    assert services["cache"]["source"] == "registry"
    pulled = {c["name"] for c in report["changes"] if c["action"] == "pulled"}
    assert pulled == set(PINS)
    assert {name for name in _tags(other.docker) if name.startswith("envcheck.local/")} == {
        services["web"]["image"]
    }

    again = other.cli("up", *here, "--json")
    assert again.report["changes"] == []
    env = json.loads(other.cli("env", *here, "--format", "json").out)
    assert env["WEB_URL"] == "http://127.0.0.1:3000"

    clean = other.cli("clean", "--yes", *here, "--json")
    assert clean.code == 0, clean.err
    assert clean.report["left_behind"] == []
    assert _tags(other.docker) == set()
    assert other.docker("images", "-aq") == []
    assert other.docker("ps", "-aq") == []
    assert other.docker("volume", "ls", "-q") == []


def test_an_image_that_was_here_before_stays(other: Other) -> None:
    here = ("webapp", "--instance", INSTANCE)
    other.docker("pull", "redis:8.0.2")
    try:
        assert other.cli("up", *here).code == 0
        clean = other.cli("clean", "--yes", *here, "--json")
        assert clean.code == 0
        kept = {kept["name"]: kept["reason"] for kept in clean.report["kept"]}
        assert kept == {"redis:8.0.2": "it was here before envcheck"}
        assert _tags(other.docker) == {"redis:8.0.2"}
    finally:
        other.docker("rmi", "redis:8.0.2")


def test_a_pulled_image_that_a_foreign_container_uses_stays(other: Other) -> None:
    here = ("webapp", "--instance", INSTANCE)
    assert other.cli("up", *here).code == 0
    other.docker("create", "--name", "stranger", "redis:8.0.2")
    try:
        clean = other.cli("clean", "--yes", *here, "--json")
        assert clean.code == 0
        kept = {kept["name"]: kept["reason"] for kept in clean.report["kept"]}
        assert kept == {"redis:8.0.2": "container stranger uses it"}
    finally:
        other.docker("rm", "-v", "stranger")
        other.docker("rmi", "redis:8.0.2")


def _tags(docker: Docker) -> set[str]:
    return set(docker("images", "--format", "{{.Repository}}:{{.Tag}}"))
