"""The user's own logins to registries, from ~/.docker/config.json and the helpers it names.

The SDK sends them with every pull by itself; here they are read for whoever asks a registry
without an engine.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docker import auth

from envcheck.core.login import Login
from envcheck.doctor.symptom import Symptom
from envcheck.engine.failures import SDK_ERRORS, our_error, symptom

if TYPE_CHECKING:
    from collections.abc import Mapping


def login_for(host: str, environ: Mapping[str, str]) -> Login | None:
    """The login to a registry, or None where the user has none for it.

    Args:
        host: the registry's name as it stands before an image, ``docker.io`` for Docker Hub.
        environ: where ``DOCKER_CONFIG`` and the helpers' ``PATH`` are taken from.

    Raises:
        StepFailed: the helper that keeps it is missing or fails, or the entry cannot be read.
    """
    try:
        known = _configuration(environ)
        _refuse_missing_helper(known, host, environ)
        entry = known.resolve_authconfig(host)
    except (*SDK_ERRORS, ValueError) as error:  # ValueError: what stands there is not base64
        raise our_error(symptom(error, "pull", host), f"looking up the login to {host}") from error
    return _login({key.lower(): value for key, value in (entry or {}).items()})


def _configuration(environ: Mapping[str, str]) -> auth.AuthConfig:
    """What the client's configuration says of logins; nothing where there is no such file."""
    folder = Path(environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    file = folder / "config.json"
    if not file.is_file():
        return auth.AuthConfig({}, dict(environ))
    return auth.load_config(str(file), credstore_env=dict(environ))


def _refuse_missing_helper(known: auth.AuthConfig, host: str, environ: Mapping[str, str]) -> None:
    """See that the helper is there: the SDK would look along our own PATH, and print a warning."""
    name = known.get_credential_store(host)
    program = f"docker-credential-{name}"
    if name and shutil.which(program, path=environ.get("PATH")) is None:
        text = f"Credentials store error: {program} not installed or not available in PATH"
        raise our_error(Symptom("pull", host, text), f"looking up the login to {host}")


def _login(entry: Mapping[str, Any]) -> Login | None:
    """An entry as a login; the SDK writes its keys in small letters or not, by its source."""
    token = str(entry.get("identitytoken") or "")
    username = str(entry.get("username") or "")
    if not (token or username):
        return None
    return Login(username, str(entry.get("password") or ""), token)
