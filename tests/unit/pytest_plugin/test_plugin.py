"""The pytest plugin where no engine is: how it is asked for, and what its tests are told then."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from envcheck.api import Environment, Service
from envcheck.pytest_plugin.docker_fixtures import Services

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = "name: {}\nservices: {{cache: {{image: redis:8.0.2}}}}\n"
TESTS = """\
import pytest


@pytest.mark.envcheck
def test_of_the_default() -> None: ...


@pytest.mark.envcheck("two")
class TestTwo:
    def test_one(self) -> None: ...

    def test_two(self, docker_services) -> None: ...


class TestNone:
    def test_needs_nothing(self, docker_ip) -> None:
        assert docker_ip == "127.0.0.1"


@pytest.mark.envcheck("two")
class TestTwoAgain(TestNone): ...
"""
CI = ("CI", "BUILD_NUMBER")
ALONE = "import sys\nsys.modules['pytest_docker'] = None\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with two profiles, of which its settings name one."""
    (tmp_path / "profiles").mkdir()
    for name in ("one", "two"):
        (tmp_path / "profiles" / f"{name}.yaml").write_text(PROFILE.format(name))
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nenvcheck_profile = one\nfilterwarnings = error\n"
    )
    (tmp_path / "test_it.py").write_text(TESTS)
    return tmp_path


def run(project: Path, *words: str, **variables: str) -> str:
    """Its tests with no engine to be had; what pytest wrote."""
    nowhere = f"unix://{project}/nobody.sock"
    # In CI pytest tells each error twice, the second time in its summary.
    inherited = {name: value for name, value in os.environ.items() if name not in CI}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--strict-markers", "-p", "no:cacheprovider", *words],
        cwd=project,
        env={**inherited, "DOCKER_HOST": nowhere, "XDG_STATE_HOME": str(project), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 1, done.stdout
    return done.stdout


@pytest.mark.parametrize("alone", [True, False])
def test_a_test_needs_its_profile_and_no_other(project: Path, *, alone: bool) -> None:
    """Beside pytest-docker, asked for by -p, as well as without it, by conftest.py."""
    if alone:
        conftest = f"{ALONE}pytest_plugins = ['envcheck.pytest_plugin']\n"
        (project / "conftest.py").write_text(conftest)
        said = run(project, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    else:
        said = run(project, "-p", "envcheck.pytest_plugin")
    # Not all that inherit a test are marked.
    assert "1 passed, 4 errors" in said
    assert "compose" not in said
    # The cause once in full for each profile, and in a line for the others.
    assert said.count("evidence") == 2
    assert said.count("(told in full where it was met first)") >= 2
    assert "Traceback" not in said


def service(name: str, **ports: int) -> Service:
    """A service with these ports: `p80=8080`."""
    published = {int(port[1:]): host for port, host in ports.items()}
    return Service(name, "node", f"x-{name}", "127.0.0.1", published, "", "", {}, None)


def services(*all: Service) -> Services:
    """As pytest-docker gives them."""
    env = Environment.__new__(Environment)
    env.services = {one.name: one for one in all}
    return Services(env)


def test_ports_are_those_of_the_profile() -> None:
    found = services(service("web", p80=8080, p443=8443), service("worker"))
    assert found.port_for("web", 80) == 8080
    assert found.port_for("web", 443) == 8443
    with pytest.raises(ValueError, match="web publishes no port 81; it publishes: 80, 443"):
        found.port_for("web", 81)
    with pytest.raises(ValueError, match="worker publishes no port 80; it publishes: none"):
        found.port_for("worker", 80)
    with pytest.raises(ValueError, match="no service db in the profile; there are: web, worker"):
        found.port_for("db", 5432)


def test_what_waits_waits_for_a_yes() -> None:
    answers = iter([False, False, True])
    services().wait_until_responsive(lambda: next(answers), timeout=30.0, pause=0.0)
    assert not list(answers)
    with pytest.raises(Exception, match="Timeout reached"):
        services().wait_until_responsive(lambda: False, timeout=0.0, pause=0.0)


def test_who_reaches_for_compose_is_told_that_there_is_none() -> None:
    with pytest.raises(NotImplementedError, match="`docker compose exec db sh`"):
        services()._docker_compose.execute("exec db sh")  # type: ignore[attr-defined] # noqa: SLF001
