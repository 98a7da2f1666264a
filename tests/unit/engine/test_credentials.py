"""The logins that a user has, in the file and in a helper's keeping."""

from __future__ import annotations

import base64
import json
import os
from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import StepFailed
from envcheck.core.login import Login
from envcheck.engine.credentials import login_for

if TYPE_CHECKING:
    from pathlib import Path

HOST = "registry.invalid:5000"
HELPER = """#!/bin/sh
read host
[ "$host" = registry.invalid:5000 ] || { echo "credentials not found in native keychain"; exit 1; }
printf '{"ServerURL": "%s", "Username": "anna", "Secret": "from the helper"}' "$host"
"""


def environ(folder: Path, **configuration: object) -> dict[str, str]:
    (folder / "config.json").write_text(json.dumps(configuration))
    return {"DOCKER_CONFIG": str(folder), "PATH": f"{folder}:{os.environ['PATH']}"}


def entry(words: str) -> dict[str, str]:
    return {"auth": base64.b64encode(words.encode()).decode()}


def test_a_login_stands_in_the_file(tmp_path: Path) -> None:
    known = environ(tmp_path, auths={HOST: entry("anna:secret")})
    assert login_for(HOST, known) == Login("anna", "secret")
    assert login_for("other.invalid", known) is None


def test_docker_hubs_login_stands_under_its_old_address(tmp_path: Path) -> None:
    known = environ(tmp_path, auths={"https://index.docker.io/v1/": entry("anna:secret")})
    assert login_for("docker.io", known) == Login("anna", "secret")


def test_a_token_stands_for_a_login(tmp_path: Path) -> None:
    known = environ(tmp_path, auths={HOST: {"identitytoken": "abc"}})
    assert login_for(HOST, known) == Login("", "", "abc")


def test_a_helper_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "docker-credential-lab"
    program.write_text(HELPER)
    program.chmod(0o755)
    known = environ(tmp_path, credHelpers={HOST: "lab"})
    monkeypatch.setenv("PATH", known["PATH"])  # the SDK finds programs along our own PATH only
    assert login_for(HOST, known) == Login("anna", "from the helper")
    assert login_for("other.invalid", known) is None


def test_a_helper_that_is_missing_is_named(tmp_path: Path) -> None:
    known = environ(tmp_path, credsStore="nowhere")
    with pytest.raises(StepFailed) as met:
        login_for(HOST, known)
    assert met.value.id == "registry.credential-helper"
    assert "docker-credential-nowhere" in " ".join(met.value.evidence)


def test_an_entry_that_cannot_be_read_is_our_error(tmp_path: Path) -> None:
    known = environ(tmp_path, auths={HOST: {"auth": "no base64"}})
    with pytest.raises(StepFailed):
        login_for(HOST, known)


def test_without_a_file_there_is_no_login(tmp_path: Path) -> None:
    assert login_for(HOST, {"DOCKER_CONFIG": str(tmp_path)}) is None


def test_a_login_does_not_show_its_secrets() -> None:
    shown = repr(Login("anna", "secret", "token"))
    assert "secret" not in shown
    assert "token='" not in shown
