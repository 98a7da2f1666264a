"""A registry, the faulty way to it, and a folder to pull from, for the tests of pulls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.engine.cli import Cli
from tests.engine.conftest import INSTANCE
from tests.engine.faults import scrap
from tests.lab import faulty, registry, stock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from envcheck.engine.client import DockerEngine

KB = 1000


class Place:
    """What the tests of pulls call their instance, and the words that bring it up."""

    instance = f"{INSTANCE}-p"
    up = ("up", "pulls", "--instance", instance)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[registry.Registry]:
    with registry.serve(tmp_path_factory.mktemp("registry")) as server:
        yield server


@pytest.fixture
def hub(store: registry.Registry) -> Iterator[faulty.Faulty]:
    """The way to that registry, on which all faults are."""
    with faulty.serve(store.address) as proxy:
        yield proxy


@pytest.fixture
def call(tmp_path: Path, state: Path, engine: DockerEngine) -> Iterator[Cli]:
    """The command line in a folder of its own; whatever it got is cleaned away."""
    (tmp_path / "profiles").mkdir()
    (tmp_path / "docker").mkdir()
    environment = {
        "XDG_STATE_HOME": str(state),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "DOCKER_CONFIG": str(tmp_path / "docker"),
    }
    found = Cli(tmp_path, environment)
    yield found
    gone = found("clean", "--yes", "--instance", Place.instance, "--json")
    assert gone.code == 0, gone.out + gone.err
    assert [image for image in engine.observe().images if "pulls" in str(image)] == []


def sleeper(seed: str, size: int = 300 * KB) -> list[stock.Layer]:
    """Layers of an image that runs; random bytes that no engine has."""
    box = {
        path.removeprefix("bin/"): data
        for path, (data, _) in scrap.programs().items()
        if path in ("bin/busybox", "bin/sh", "bin/sleep")
    }
    return [
        stock.layer(10, f"{INSTANCE}-box", **box),
        *(stock.layer(size, f"{INSTANCE}-{seed}-{number}") for number in range(2)),
    ]


def want(call: Cli, *images: str) -> None:
    services = {
        f"s{number}": {"image": image, "command": ["sleep", "60"]}
        for number, image in enumerate(images)
    }
    profile = {"name": "pulls", "services": services}
    (call.folder / "profiles" / "pulls.yaml").write_text(json.dumps(profile))
