"""The workflow of `ci init` on the sample project: its own commands, as CI runs them.

First on the engine that is here; then in a fresh clone on an empty engine from which no way leads
out, with nothing but the file that the workflow caches: whatever it needs must be in there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.engine.cli import ENVCHECK
from tests.lab import engines, shared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from envcheck.engine.client import DockerEngine

pytestmark = pytest.mark.engine

SAMPLE = Path(__file__).parents[1] / "sample"
CACHED = "envcheck-cache/notes.bundle"
REPORTS = "envcheck-reports"
COMMAND = ("ci", "init", "github", "--yes", "--", "python", "-m", "pytest", "-q")


@dataclass(frozen=True)
class Runner:
    """A clean machine of a CI system: a clone, a Python, and an engine."""

    clone: Path
    environment: Mapping[str, str]
    prefix: Sequence[str] = ()

    def __call__(self, *words: str) -> str:
        """Run a command as the runner does; what it wrote."""
        done = subprocess.run(
            [*self.prefix, *words],
            cwd=self.clone,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def steps(self) -> list[str]:
        """Run every command of the workflow in its order; what each wrote."""
        told = []
        for at, step in enumerate(commands(self.clone)):
            script = self.clone.parent / f"step{at}.sh"
            script.write_text(step)
            told.append(self("bash", "-e", str(script)))
        return told


def workflow(clone: Path) -> Any:
    return yaml.safe_load((clone / ".github/workflows/envcheck-notes.yml").read_text())


def commands(clone: Path) -> list[str]:
    return [step["run"] for step in workflow(clone)["jobs"]["envcheck"]["steps"] if "run" in step]


def runner(folder: Path, docker_host: str = "", prefix: Sequence[str] = ()) -> Runner:
    """A machine in a folder; the workflow's `pip install` finds there what our own Python has."""
    python = folder / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(python)], check=True)
    packages = next(python.glob("lib/python*/site-packages"))
    (packages / "ours.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    (packages / "envcheck-here.pth").write_text(f"{Path(__file__).parents[2]}\n")
    (python / "bin/envcheck").symlink_to(ENVCHECK)
    clone = folder / "clone"
    shutil.copytree(SAMPLE, clone)
    environment = {
        "PATH": f"{python / 'bin'}:{os.environ['PATH']}",
        "XDG_STATE_HOME": str(folder / "state"),
        "TMPDIR": str(folder),
        **({"DOCKER_HOST": docker_host} if docker_host else {}),
    }
    return Runner(clone, environment, prefix)


@pytest.fixture
def first(tmp_path: Path, engine: DockerEngine, images: None) -> Iterator[Runner]:
    """A runner on the engine that is here."""
    (tmp_path / "first").mkdir()
    made = runner(tmp_path / "first")
    yield made
    made("envcheck", "clean", "--yes", "notes")


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Runner]:
    """A runner with an empty engine, and a loopback for all its network."""
    folder = tmp_path / "second"
    folder.mkdir()
    with (
        shared.namespace(way_out=False) as net,
        engines.start("distribution", tmp_path / "engine", netns=net.name) as island,
    ):
        yield runner(folder, island.docker_host, island.command([]))


def test_its_commands_work_and_need_nothing_but_the_cache_the_second_time(
    first: Runner, second: Runner
) -> None:
    first("envcheck", *COMMAND)
    _install, load, run, save = first.steps()
    assert load == ""
    assert "passed" in run
    assert CACHED in save
    reports = {"html", "xml", "json"}
    assert reports <= {file.suffix[1:] for file in (first.clone / REPORTS).iterdir()}

    shutil.copytree(first.clone / ".github", second.clone / ".github")
    (second.clone / CACHED).parent.mkdir()
    shutil.copy(first.clone / CACHED, second.clone / CACHED)
    _install, load, run, save = second.steps()
    assert "loaded in" in load
    assert "already here" in run
    assert "passed" in run
    assert save == ""


def test_what_it_keeps_is_what_the_commands_make(first: Runner) -> None:
    first("envcheck", *COMMAND)
    steps = workflow(first.clone)["jobs"]["envcheck"]["steps"]
    cache, upload = (step["with"] for step in steps if "path" in step.get("with", {}))
    assert cache["path"] == CACHED
    assert upload["path"] == f"{REPORTS}/"
    assert all("@v" in step["uses"] for step in steps if "uses" in step)


def test_gitlab_has_the_same_commands(first: Runner) -> None:
    first("envcheck", *COMMAND)
    first("envcheck", *("gitlab" if word == "github" else word for word in COMMAND))
    assert yaml.safe_load((first.clone / ".gitlab-ci.yml").read_text()) == {
        "include": [{"local": ".gitlab/envcheck-notes.yml"}]
    }
    job = yaml.safe_load((first.clone / ".gitlab/envcheck-notes.yml").read_text())["envcheck-notes"]
    assert job["script"][1:] == commands(first.clone)[1:]
    assert job["cache"]["paths"] == [CACHED]
    assert job["artifacts"]["when"] == "always"
    assert "clean --yes --no-snapshot notes\n" in job["after_script"][0]
