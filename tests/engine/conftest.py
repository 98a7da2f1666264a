"""A real engine for these tests, from the doctor's own installer, and left as it was found."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.cli import Cli
from tests.lab.images import shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.engine.client import DockerEngine

REPOSITORY = Path(__file__).parents[2]
INSTANCE = f"t{os.getpid()}"
"""What these tests call their instance: no other run on this machine has the same."""


@pytest.fixture(scope="session", autouse=True)
def _left_as_found(engine: DockerEngine) -> None:
    """Whatever these tests do, the engine is looked at before and after them."""


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the ledger of this test session lives."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="session")
def images(state: Path) -> Iterator[None]:
    """The images of webapp, held for the whole session so that they are built once.

    They are got by an instance that nobody brings up; at the end it is cleaned like any other.
    """
    hold = Cli(REPOSITORY, {"XDG_STATE_HOME": str(state)})
    name = f"{INSTANCE}-images"

    def build() -> None:
        got = hold("onboard", "--yes", "webapp", "--instance", name, "--json")
        assert got.code == 0, got.err

    shared(build)
    assert hold("down", "webapp", "--instance", name).code == 0
    yield
    gone = hold("clean", "--yes", "webapp", "--instance", name, "--json")
    assert gone.code == 0, gone.err
    assert gone.report["left_behind"] == []


@pytest.fixture(scope="session")
def sql(tmp_path_factory: pytest.TempPathFactory, state: Path, images: None) -> Iterator[Cli]:
    """A project with MySQL and MariaDB, and the command line in it. Their images are built once.

    The images of webapp are held meanwhile, and with them the base that all recipes build upon.
    """
    from tests.engine import sql_project

    yield from sql_project.project(tmp_path_factory.mktemp("sql"), state)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project's folder with a copy of our own profiles."""
    shutil.copytree(REPOSITORY / "profiles", tmp_path / "profiles")
    return tmp_path


@pytest.fixture
def cli(project: Path, state: Path, engine: DockerEngine, images: None) -> Iterator[Cli]:
    """The command line in that folder; what it brought up is cleaned away afterwards."""
    call = Cli(project, {"XDG_STATE_HOME": str(state)})
    yield call
    for name in engine.observe().instances():
        if name.startswith(INSTANCE) and name != f"{INSTANCE}-images":
            gone = call("clean", "--yes", "--instance", name, "--json")
            assert gone.code == 0, gone.out


@pytest.fixture
def docker() -> Docker:
    """Docker's own command line, to look at the engine with other eyes than ours."""
    return Docker({})


class Docker:
    """Calls ``docker``; the words after it as arguments, the lines that it prints as the answer."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment

    def __call__(self, *words: str) -> list[str]:
        """Run it; the lines that it printed."""
        return self.raw(*words).decode().splitlines()

    def raw(self, *words: str) -> bytes:
        """Run it; what it printed."""
        done = subprocess.run(
            ["docker", *words],
            env={**os.environ, **self._environment},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout
