"""What chooses an engine on this machine: variables, contexts, and ~/.docker/config.json.

The SDK passes over a configuration that it cannot read and a context that does not exist without a
word, so both are looked at here.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envcheck.doctor.facts import ClientFacts

if TYPE_CHECKING:
    from collections.abc import Mapping

_CERTIFICATES = ("ca.pem", "cert.pem", "key.pem")
_ENV_FILES = (".envrc", ".env")


def client_facts(environ: Mapping[str, str]) -> ClientFacts:
    """Read it all; nothing is asked of an engine."""
    folder = Path(environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    config, error = _config(folder / "config.json")
    context = environ.get("DOCKER_CONTEXT") or str(config.get("currentContext") or "")
    known, host = _context(folder, context)
    return ClientFacts(
        docker_host=environ.get("DOCKER_HOST", ""),
        docker_host_from=_origin(environ.get("DOCKER_HOST", "")),
        context=context or "default",
        context_host=host,
        context_known=known,
        config_file=_short(folder / "config.json"),
        config_error=error,
        missing_helpers=_missing_helpers(config, environ),
        tls_verify=bool(environ.get("DOCKER_TLS_VERIFY")),
        missing_certificates=_missing_certificates(folder, environ),
        api_version=environ.get("DOCKER_API_VERSION", ""),
    )


def _config(file: Path) -> tuple[dict[str, Any], str]:
    """The configuration, and why it cannot be read; a missing file is no error."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, ""
    except (OSError, ValueError) as error:
        return {}, str(error)
    if not isinstance(data, dict):
        return {}, "it holds no JSON object"
    return data, ""


def _context(folder: Path, name: str) -> tuple[bool, str]:
    """Whether there is such a context, and its engine's address.

    Contexts are kept under the hash of their name (docker-py, docker/context/config.py).
    """
    if name in ("", "default"):
        return True, ""
    digest = hashlib.sha256(name.encode()).hexdigest()
    meta, error = _config(folder / "contexts" / "meta" / digest / "meta.json")
    if error or not meta:
        return False, ""
    endpoint = (meta.get("Endpoints") or {}).get("docker") or {}
    return True, str(endpoint.get("Host") or "")


def _origin(value: str) -> str:
    """Where a value of DOCKER_HOST came from, as far as that can be seen from this folder."""
    if not value:
        return ""
    for name in _ENV_FILES:
        file = Path(name)
        try:
            if "DOCKER_HOST" in file.read_text(encoding="utf-8", errors="replace"):
                return name
        except OSError:
            continue
    return "the environment"


def _missing_helpers(config: Mapping[str, Any], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Programs that the configuration names for passwords and that are not on PATH.

    One that is missing breaks even anonymous pulls through the SDK.
    """
    helpers = config.get("credHelpers")
    names = {str(name) for name in helpers.values()} if isinstance(helpers, dict) else set()
    if config.get("credsStore"):
        names.add(str(config["credsStore"]))
    programs = (f"docker-credential-{name}" for name in sorted(names))
    return tuple(p for p in programs if shutil.which(p, path=environ.get("PATH")) is None)


def _missing_certificates(folder: Path, environ: Mapping[str, str]) -> tuple[str, ...]:
    if not environ.get("DOCKER_TLS_VERIFY"):
        return ()
    certificates = Path(environ.get("DOCKER_CERT_PATH") or folder)
    files = (certificates / name for name in _CERTIFICATES)
    return tuple(_short(file) for file in files if not file.is_file())


def _short(path: Path) -> str:
    """The path as a person would write it."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except ValueError:
        return str(path)
