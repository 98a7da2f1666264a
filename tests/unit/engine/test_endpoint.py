"""Which engine is meant, and why: as docker's own command line decides it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import EngineUnusable
from envcheck.engine.endpoint import DEFAULT_SOCKET, Endpoint, resolve

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of Docker's own configuration with a context named work in it."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "contexts" / "meta" / hashlib.sha256(b"work").hexdigest()
    folder.mkdir(parents=True)
    host = {"docker": {"Host": "tcp://work.example:2375", "SkipTLSVerify": False}}
    meta = {"Name": "work", "Metadata": {}, "Endpoints": host}
    (folder / "meta.json").write_text(json.dumps(meta))
    # The SDK knows the folder by this file in it.
    (tmp_path / "config.json").write_text("{}")
    return tmp_path


def choose(config: Path, name: str) -> None:
    (config / "config.json").write_text(json.dumps({"currentContext": name}))


def test_without_anything_said_it_is_the_default_socket(config: Path) -> None:
    assert resolve({}) == Endpoint(DEFAULT_SOCKET, "default")


def test_the_variable_comes_before_every_context(config: Path) -> None:
    choose(config, "work")
    found = resolve({"DOCKER_HOST": "tcp://x:1", "DOCKER_CONTEXT": "work"})
    assert found == Endpoint("tcp://x:1", "DOCKER_HOST")


def test_a_context_that_is_named_by_a_variable(config: Path) -> None:
    assert resolve({"DOCKER_CONTEXT": "work"}) == Endpoint(
        "tcp://work.example:2375", "context work"
    )


def test_the_context_that_is_current(config: Path) -> None:
    choose(config, "work")
    assert resolve({}) == Endpoint("tcp://work.example:2375", "context work")


def test_the_default_context_by_its_name_is_the_default(config: Path) -> None:
    choose(config, "work")
    assert resolve({"DOCKER_CONTEXT": "default"}) == Endpoint(DEFAULT_SOCKET, "default")


def test_a_context_that_does_not_exist_is_an_error_and_not_the_default_socket(config: Path) -> None:
    """The SDK alone would go to another engine without a word."""
    with pytest.raises(EngineUnusable) as caught:
        resolve({"DOCKER_CONTEXT": "gone"})
    assert caught.value.id == "docker.context-unknown"
    assert "'gone'" in caught.value.what


def test_a_current_context_that_does_not_exist_is_an_error_too(config: Path) -> None:
    choose(config, "gone")
    with pytest.raises(EngineUnusable) as caught:
        resolve({})
    assert caught.value.id == "docker.context-unknown"


@pytest.mark.parametrize(
    ("url", "socket"),
    [
        ("unix:///run/docker.sock", "/run/docker.sock"),
        ("tcp://x:1", None),
        ("ssh://anna@x", None),
        ("npipe:////./pipe/docker_engine", None),
    ],
)
def test_only_a_unix_address_has_a_socket_file(url: str, socket: str | None) -> None:
    assert Endpoint(url, "default").socket == socket
