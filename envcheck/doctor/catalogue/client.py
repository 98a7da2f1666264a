"""The client's side: programs, ~/.docker, and the variables that choose an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import Fix
from envcheck.doctor import remedies
from envcheck.doctor.fault import Fault
from envcheck.doctor.match import cause, doing, fact, says

if TYPE_CHECKING:
    from envcheck.doctor.symptom import Symptom

_LOOK = doing("look")
_PLUGINS = "https://docs.docker.com/engine/install/"


def _install_cli(symptom: Symptom) -> Fix:
    if symptom.facts.host.system in ("darwin", "windows"):
        return Fix("install Docker Desktop, which brings it")
    return Fix("install the docker command, in the package docker-cli or docker-ce-cli")


def _install_plugin(symptom: Symptom, name: str) -> Fix:
    if symptom.facts.host.system in ("darwin", "windows"):
        return Fix(f"update Docker Desktop, which brings {name}")
    return Fix(
        f"install the package docker-{name}-plugin from Docker's own packages, or docker-{name}"
        " from the distribution's"
    )


def _context(symptom: Symptom) -> str:
    name = symptom.subject or symptom.facts.client.context
    return f"the Docker context '{name}' does not exist" if name else "no such Docker context"


def _config(symptom: Symptom) -> str:
    client = symptom.facts.client
    return f"{client.config_file or '~/.docker/config.json'} is not valid: {client.config_error}"


def _certificates(symptom: Symptom) -> str:
    missing = ", ".join(symptom.facts.client.missing_certificates)
    return f"files for the encrypted connection are missing: {missing or 'see DOCKER_CERT_PATH'}"


FAULTS = (
    Fault(
        id="docker.cli-missing",
        layer="client",
        severity="warn",
        matches=_LOOK & fact(lambda f: f.host.cli == ""),
        what="the docker command is not on PATH",
        why="envcheck does without it, but the commands that it advises do not",
        remedy=_install_cli,
        link=_PLUGINS,
    ),
    Fault(
        id="docker.compose-missing",
        layer="client",
        severity="warn",
        matches=(_LOOK & fact(lambda f: f.needs.compose and f.host.compose is False))
        | says("unknown command: docker compose", "'compose' is not a docker command"),
        what="`docker compose` is not installed",
        why="it is a plugin of the docker command, in a package of its own",
        remedy=lambda s: _install_plugin(s, "compose"),
        link="https://docs.docker.com/compose/install/",
    ),
    Fault(
        id="docker.buildx-missing",
        layer="client",
        severity="warn",
        matches=(_LOOK & fact(lambda f: f.needs.buildx and f.host.buildx is False))
        | says("buildx component is missing or broken", "unknown command: docker buildx"),
        what="`docker buildx` is not installed",
        why="BuildKit builds need it; it is a plugin of the docker command",
        remedy=lambda s: _install_plugin(s, "buildx"),
        link="https://docs.docker.com/build/buildx/install/",
    ),
    Fault(
        id="docker.run-with-sudo",
        layer="client",
        severity="warn",
        matches=_LOOK & fact(lambda f: f.host.root and f.host.sudo_user),
        what=lambda s: f"this runs as root through sudo, called by {s.facts.host.sudo_user}",
        why="root's own ~/.docker is used, and files that are written here belong to root",
        remedy=Fix("run it as yourself, without sudo"),
        link="https://docs.docker.com/engine/install/linux-postinstall/",
    ),
    Fault(
        id="docker.config-unreadable",
        layer="client",
        severity="warn",
        matches=_LOOK & fact(lambda f: f.client.config_error),
        what=_config,
        why="the context and the logins in it are passed over without a word",
        remedy=Fix("mend the file, or move it out of the way: `docker login` writes a new one"),
    ),
    Fault(
        id="docker.context-unknown",
        layer="client",
        severity="fail",
        matches=says("context not found")
        | (doing("look", "connect") & fact(lambda f: f.client.context_known is False)),
        what=_context,
        why="DOCKER_CONTEXT or ~/.docker/config.json names a context that is not there",
        remedy=Fix("use one that exists", ("docker context ls", "docker context use default")),
        link="https://docs.docker.com/engine/manage-resources/contexts/",
    ),
    Fault(
        id="docker.tls-certificates",
        layer="client",
        severity="fail",
        matches=cause("TLSParameterError")
        | (_LOOK & fact(lambda f: f.client.tls_verify and f.client.missing_certificates)),
        what=_certificates,
        why="DOCKER_TLS_VERIFY asks for ca.pem, cert.pem and key.pem",
        remedy=lambda s: Fix(
            "put the files back; or, if the engine is on this machine, use no encryption",
            remedies.forget(s, "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"),
        ),
        link="https://docs.docker.com/engine/security/protect-access/",
    ),
    Fault(
        id="docker.ssh-support",
        layer="client",
        severity="fail",
        matches=says("Install paramiko package to enable ssh://"),
        what="the engine is to be reached over ssh, and a library for that is missing",
        why="the Docker SDK needs paramiko for an address that begins with ssh://",
        remedy=Fix(
            "install it into the environment that envcheck runs in", ("pip install 'docker[ssh]'",)
        ),
    ),
    Fault(
        id="docker.host-invalid",
        layer="client",
        severity="fail",
        matches=says("Invalid bind address", "npipe:// protocol is only supported on Windows"),
        what=lambda s: f"no engine can have this address: {s.endpoint or 'see the evidence'}",
        why="addresses begin with unix://, tcp://, ssh://, or on Windows npipe://",
        remedy=lambda s: Fix("mend DOCKER_HOST, or forget it", remedies.forget(s, "DOCKER_HOST")),
    ),
)
