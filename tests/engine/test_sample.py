"""Tests that use envcheck: the sample project's and pytest-docker's own example, as users run them.

The pytest of each is a process of its own, in a copy of its folder.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from importlib.metadata import metadata
from typing import TYPE_CHECKING

import psycopg
import pytest
import redis

import envcheck
from envcheck.api import StepFailed, Unhealthy, UsageError
from envcheck.core.events import Changed
from tests.engine.cli import Cli
from tests.engine.conftest import INSTANCE, REPOSITORY, Docker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.engine
NAME = f"{INSTANCE}-sample"
HERE = ("--instance", NAME)
BAD = """\
name: bad
services:
  cache: {image: redis:8.0.2, ports: ['auto:6379'], command: [redis-server, --no-such-thing, '1']}
"""
CACHE = "name: cache\nservices: {cache: {image: redis:8.0.2, ports: ['auto:6379']}}\n"


@dataclass(frozen=True)
class Project:
    """A project's folder, and the programs that its users run in it."""

    cli: Cli
    docker: Docker

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self.cli.folder

    def run(self, *words: str) -> tuple[int, str]:
        """Run a program of Python's; its exit code and what it wrote."""
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=self.folder,
            env=self.cli.variables(PYTEST_ADDOPTS="-p no:cacheprovider -p no:hypothesispytest"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    def pytest(self, *words: str) -> tuple[int, str]:
        """Run its tests on an instance of ours."""
        return self.run("pytest", "--envcheck-instance", NAME, *words)

    def containers(self) -> dict[str, str]:
        """The containers of that instance, by name, with their ids."""
        which = ("--filter", f"label=dev.envcheck.instance={NAME}")
        lines = self.docker("ps", "--all", *which, "--format", "{{.Names}} {{.ID}}")
        return dict(line.split(" ", 1) for line in lines)

    def databases(self) -> list[str]:
        """The names of the databases that tests have made."""
        words = ("psql", "-U", "notes", "-tAc", "SELECT datname FROM pg_database ORDER BY 1")
        names = self.docker("exec", f"{NAME}-db", *words)
        return [name for name in names if name.startswith("envcheck")]


@pytest.fixture
def sample(
    tmp_path: Path, state: Path, docker: Docker, images: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    """A copy of the sample project; its instance is cleaned away afterwards."""
    folder = tmp_path / "sample"
    left_out = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REPOSITORY / "tests" / "sample", folder, ignore=left_out)
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    monkeypatch.delenv("CI", raising=False)  # there pytest tells each error twice
    call = Cli(folder, {"XDG_STATE_HOME": str(state)})
    yield Project(call, docker)
    for path in (folder / "profiles").glob("*.yaml"):
        gone = call("clean", str(path), "--yes", *HERE, "--json")
        assert gone.code == 0, gone.out


def test_the_sample_project(sample: Project) -> None:
    # Two processes share an instance, which the last one takes down.
    code, said = sample.pytest("-n", "2")
    assert code == 0, said
    assert "13 passed" in said
    assert sample.containers() == {}

    code, said = sample.pytest("--envcheck-reuse")
    assert code == 0, said
    first = sample.containers()
    assert set(first) == {f"{NAME}-db", f"{NAME}-cache"}
    assert sample.databases() == []

    # What a killed process has left goes with the next one; what ran before runs on.
    killed = "envcheck_test_0a0b0c0d_7"
    sample.docker("exec", f"{NAME}-db", "createdb", "-U", "notes", killed)
    assert sample.databases() == [killed]
    code, said = sample.pytest("tests/test_notes.py")
    assert code == 0, said
    assert sample.containers() == first
    assert sample.databases() == []

    # The tasks, by the one import in its tasks.py.
    code, said = sample.run("invoke", "check", "notes", *HERE)
    assert code == 0, said


def test_a_database_that_is_in_use_can_be_copied(sample: Project) -> None:
    with envcheck.environment(folder=sample.folder, instance=NAME) as env:
        with psycopg.connect(env.db.url) as held:
            held.execute("INSERT INTO notes (text) VALUES ('kept')")
            held.commit()
            with env.database("db") as one, env.database("db") as other:
                with psycopg.connect(one.url) as own:
                    own.execute("DELETE FROM notes")
                with psycopg.connect(other.url) as own:
                    assert own.execute("SELECT text FROM notes WHERE id = 3").fetchall() == [
                        ("kept",)
                    ]
        _redis_databases_are_one_process_each(env)
    assert sample.containers() == {}


def _redis_databases_are_one_process_each(env: envcheck.api.Environment) -> None:
    with env.database("cache") as first, env.database("cache") as second:
        assert {first.name, second.name} == {"1", "2"}
        assert first.url.endswith("/1")
        with redis.Redis.from_url(first.url) as client:
            client.set("key", "value")
        with redis.Redis.from_url(second.url) as client:
            assert client.keys() == []
    with env.database("cache") as again, redis.Redis.from_url(again.url) as client:
        assert (again.name, client.keys()) == ("1", [])


def test_from_python(sample: Project) -> None:
    (sample.folder / "profiles" / "notes.yaml").unlink()
    (sample.folder / "profiles" / "cache.yaml").write_text(CACHE)
    here = partial(envcheck.environment, "cache", folder=sample.folder, instance=NAME)

    def interrupted() -> None:
        with here() as env:
            assert list(env) == ["cache"]
            assert env.cache.port_for(6379) == env.cache.port == env["cache"].ports[6379]
            assert env.variables == {"REDIS_URL": env.cache.url}
            with pytest.raises(AttributeError, match="did you mean cache"):
                _ = env.cach
            _all_in_use(env)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert sample.containers() == {}
    assert sample.cli("up", "cache", *HERE).code == 0
    with here():
        pass
    assert set(sample.containers()) == {f"{NAME}-cache"}
    with here(after="down"):
        pass
    assert sample.containers() == {}


def test_from_python_interrupted_on_the_way_up(
    sample: Project,
) -> None:
    (sample.folder / "profiles" / "cache.yaml").write_text(CACHE)
    begun: list[object] = []

    def interrupt(event: object) -> None:
        if isinstance(event, Changed) and not begun:
            begun.append(event)
            os.kill(os.getpid(), signal.SIGINT)

    # Who is run in the background by a shell has Ctrl-C ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with (
            pytest.raises(KeyboardInterrupt),
            envcheck.environment("cache", folder=sample.folder, instance=NAME, on_event=interrupt),
        ):
            pass
    finally:
        signal.signal(signal.SIGINT, before)
    assert begun
    assert sample.containers() == {}


def _all_in_use(env: envcheck.api.Environment) -> None:
    with ExitStack() as stack:
        for _ in range(15):
            stack.enter_context(env.database("cache"))
        with pytest.raises(StepFailed, match="all of its 16 logical databases are in use"):
            stack.enter_context(env.database("cache"))


def test_a_profile_that_cannot_be_brought_up(
    sample: Project, capfd: pytest.CaptureFixture[str]
) -> None:
    for file in (sample.folder / "profiles").glob("*.yaml"):
        file.unlink()
    (sample.folder / "profiles" / "bad.yaml").write_text(BAD)
    for file in (sample.folder / "tests").glob("test_*.py"):
        file.unlink()
    (sample.folder / "tests" / "test_bad.py").write_text(
        "import pytest\n\npytestmark = pytest.mark.envcheck('bad')\n\n\n"
        "def test_one() -> None: ...\n\n\ndef test_two() -> None: ...\n"
    )
    code, said = sample.pytest()
    assert code == 1
    assert "2 errors" in said
    assert said.count("last log") == 1  # the second test fails with the same cause, told briefly
    assert said.count("cache: exited with code 1\n") == 1
    assert "What this run had made is taken away again." in said
    assert "Traceback" not in said
    assert ".py:" not in said.split("= ERRORS =")[1].split("short test summary")[0]
    assert sample.containers() == {}

    events: list[object] = []
    with (
        pytest.raises(Unhealthy) as raised,
        envcheck.environment(
            sample.folder / "profiles" / "bad.yaml", instance=NAME, on_event=events.append
        ),
    ):
        pass
    assert "cache: exited with code 1" in str(raised.value)
    assert "\x1b" not in str(raised.value)
    assert events
    with (
        pytest.raises(UsageError, match="there are: bad"),
        envcheck.environment("no", folder=sample.folder),
    ):
        pass
    assert capfd.readouterr() == ("", "")
    assert sample.containers() == {}


HTTPBIN = """\
name: httpbin
services: {httpbin: {kind: node, build: httpbin, ports: ['auto:80']}}
"""
SERVER = """\
require('http').createServer((request, response) => {
  const status = request.url.match(/^\\/status\\/(\\d+)$/);
  response.writeHead(status ? Number(status[1]) : 200);
  response.end();
}).listen(80);
"""


def test_the_example_of_pytest_docker(sample: Project) -> None:
    """Its test as its page on the package index has it; its compose file is a profile here."""
    profiles, tests = sample.folder / "profiles", sample.folder / "tests"
    shutil.rmtree(tests)
    for path in ("notes.yaml", "seeds/notes.sql"):
        (profiles / path).unlink()
    tests.mkdir()
    (profiles / "httpbin").mkdir()
    (profiles / "httpbin.yaml").write_text(HTTPBIN)
    (profiles / "httpbin" / "Dockerfile").write_text(
        'FROM node:24.21.0\nCOPY server.js .\nCMD ["node", "server.js"]\n'
    )
    (profiles / "httpbin" / "server.js").write_text(SERVER)
    (tests / "test_httpbin.py").write_text(_example())
    (tests / "conftest.py").write_text('pytest_plugins = ["envcheck.pytest_plugin"]\n')
    code, said = sample.pytest()
    assert code == 0, said
    assert "1 passed" in said
    assert sample.containers() == {}


def _example() -> str:
    """The test in pytest-docker's own description."""
    text = str(metadata("pytest-docker").json["description"])
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (example,) = [block for block in blocks if "test_status_code" in block]
    assert 'docker_services.port_for("httpbin", 80)' in example
    return str(example)
