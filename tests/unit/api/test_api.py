"""The Python API where no engine is needed: its errors, and what it leaves alone."""

from __future__ import annotations

import signal
import subprocess
import sys
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

import envcheck
from envcheck.api import EngineUnusable, Environment, ProfileInvalid, Service, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from envcheck.api import EnvcheckError

PROFILE = "name: shop\nservices: {cache: {image: redis:8.0.2}}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder, on a machine without an engine."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "shop.yaml").write_text(PROFILE)
    return tmp_path


def refused(project: Path, profile: str, kind: type[EnvcheckError]) -> str:
    """The text of the error for a profile that cannot be brought up."""
    with pytest.raises(kind) as raised, envcheck.environment(profile, folder=project):
        pass
    return str(raised.value)


def test_an_errors_text_is_the_report_and_nothing_is_printed(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    handlers = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    said = refused(project, "shop", EngineUnusable)
    assert f"{project}/nobody.sock" in said
    assert "fix" in said
    assert "\x1b" not in said
    (project / "profiles" / "bad.yaml").write_text("name: bad\nservices: {a: {imag: x}}\n")
    assert "did you mean 'image'?" in refused(project, "bad", ProfileInvalid)
    assert "there are: bad, shop" in refused(project, "other", UsageError)
    assert "which profile?" in refused(project, "", UsageError)
    assert capfd.readouterr() == ("", "")
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == handlers


def test_a_listener_that_fails_is_warned_of(project: Path) -> None:
    def fail(_event: object) -> None:
        raise ValueError("oh")

    with (
        pytest.warns(RuntimeWarning, match="a listener of envcheck failed: ValueError: oh"),
        pytest.raises(EngineUnusable),
        envcheck.environment("profiles/shop.yaml", folder=project, on_event=fail),
    ):
        pass


def environment(**services: Service) -> Environment:
    """One with these services."""
    found = Environment.__new__(Environment)
    found.services = services
    return found


def service(ports: dict[int, int], main: int | None) -> Service:
    """One with these ports."""
    secret = {"POSTGRES_PASSWORD": "canary"}
    url = "postgresql://app:canary@127.0.0.1:7/app"
    return Service(
        "db", "postgres", "shop-db", "127.0.0.1", ports, "DATABASE_URL", url, secret, main
    )


def test_services_are_attributes_and_items() -> None:
    cache = service({5432: 7}, 7)
    env = environment(cache=cache)
    assert env.cache is env["cache"] is cache
    assert (list(env), "cache" in env, "cash" in env) == (["cache"], True, False)
    said = r"^no service cach is up; there are: cache; did you mean cache\?$"
    with pytest.raises(AttributeError, match=said):
        _ = env.cach
    with pytest.raises(KeyError, match="no service db is up"):
        _ = env["db"]
    assert (cache.port, cache.port_for(5432)) == (7, 7)
    assert "canary" not in repr(cache)


def test_a_port_that_is_not_published_is_an_error_that_says_what_is() -> None:
    with pytest.raises(UsageError, match="db publishes no port 80; it publishes: 5432"):
        service({5432: 7}, 7).port_for(80)
    with pytest.raises(UsageError, match="db publishes no port; it publishes: none"):
        _ = service({}, None).port


def test_the_package_is_typed_and_loads_nothing_until_it_is_asked() -> None:
    assert (files(envcheck) / "py.typed").is_file()
    code = "import envcheck, sys; print([m for m in sys.modules if m.startswith('envcheck.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    with pytest.raises(AttributeError, match="no attribute 'environmemt'"):
        _ = envcheck.environmemt  # type: ignore[attr-defined]
