"""The way to the engine: its socket, the rights on it, and whether anybody is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import Fix
from envcheck.doctor import remedies
from envcheck.doctor.catalogue import unanswered as seen
from envcheck.doctor.catalogue.unanswered import at
from envcheck.doctor.fault import Fault
from envcheck.doctor.match import chosen_by, says
from envcheck.doctor.products import as_root, product

if TYPE_CHECKING:
    from envcheck.doctor.symptom import Symptom

_INSTALL = "https://docs.docker.com/engine/install/"
_START = "https://docs.docker.com/engine/daemon/start/"
_POSTINSTALL = "https://docs.docker.com/engine/install/linux-postinstall/"


def _group(symptom: Symptom) -> str:
    return symptom.facts.host.socket_group or "docker"


def _join_group(symptom: Symptom) -> Fix:
    host, group = symptom.facts.host, _group(symptom)
    user = host.user or "$USER"
    return Fix(
        f"the socket belongs to group {group}, and you ({user}) are not in it",
        (as_root(symptom, f"usermod -aG {group} {user}"), f"newgrp {group}"),
    )


def _install(symptom: Symptom) -> Fix:
    host = symptom.facts.host
    if not host.install:
        name = "Docker Desktop" if host.system in ("darwin", "windows") else "Docker"
        return Fix(f"install {name}: {_INSTALL}")
    text = "install the distribution's own engine and start it"
    return Fix(text, (*host.install, *host.start[:1]))


def _revive(symptom: Symptom) -> Fix:
    first, log = remedies.start(symptom), product(symptom).log
    return Fix(f"{first.text}; if it dies again, its log says why", (*first.commands, *log))


def _elsewhere(symptom: Symptom) -> str:
    found = symptom.facts.host.answering
    return f"no engine at {at(symptom)}, but one answers at {found[0] if found else 'elsewhere'}"


def _use_the_other(symptom: Symptom) -> Fix:
    found = symptom.facts.host.answering
    commands = (f"export DOCKER_HOST=unix://{found[0]}",) if found else ()
    return Fix("use that one: in this shell so; for good with a context of its own", commands)


def _forget_host(symptom: Symptom) -> Fix:
    origin = symptom.facts.client.docker_host_from
    where = f", which comes from {origin}" if origin else ""
    return Fix(
        f"start that engine, or forget the variable{where}", remedies.forget(symptom, "DOCKER_HOST")
    )


def _other_context(symptom: Symptom) -> Fix:
    begin = remedies.start(symptom)
    text = f"{begin.text}, or use another context"
    return Fix(text, (*begin.commands, "docker context use default"))


FAULTS = (
    Fault(
        id="docker.group-stale",
        layer="endpoint",
        severity="fail",
        matches=seen.FORBIDDEN & seen.IN_GROUP,
        what=lambda s: f"permission denied on {s.endpoint.removeprefix('unix://')}",
        why="you are in the socket's group by name, but this session began before you were",
        remedy=lambda s: Fix(
            f"log out and in again; for this shell, take up group {_group(s)} now",
            (f"newgrp {_group(s)}",),
        ),
        link=_POSTINSTALL,
    ),
    Fault(
        id="docker.socket-permission",
        layer="endpoint",
        severity="fail",
        matches=seen.FORBIDDEN & ~seen.IN_GROUP,
        what=lambda s: f"permission denied on {s.endpoint.removeprefix('unix://')}",
        why="only root and the members of the socket's group may use the engine",
        remedy=_join_group,
        link=_POSTINSTALL,
    ),
    Fault(
        id="docker.host-dead",
        layer="endpoint",
        severity="fail",
        matches=seen.NOBODY & chosen_by("DOCKER_HOST"),
        what=lambda s: f"DOCKER_HOST names an engine that is not there: {s.endpoint}",
        why="DOCKER_HOST overrides every context, so no other engine is tried",
        remedy=_forget_host,
    ),
    Fault(
        id="docker.context-dead",
        layer="endpoint",
        severity="fail",
        matches=seen.NOBODY & chosen_by("context"),
        what=lambda s: f"the chosen context's engine is not there: {at(s)}",
        why="the context exists, but nobody answers at its address",
        remedy=_other_context,
        link="https://docs.docker.com/engine/manage-resources/contexts/",
    ),
    Fault(
        id="docker.desktop-off",
        layer="endpoint",
        severity="fail",
        # The system's own text is in the user's language (moby, client/request.go): not compared.
        matches=seen.NOBODY_BY_DEFAULT & seen.WINDOWS,
        what=lambda s: f"Docker Desktop does not run: nobody answers at {at(s)}",
        why="on Windows the engine listens on a named pipe, which is there only while it runs",
        remedy=remedies.start,
        link="https://docs.docker.com/desktop/setup/install/windows-install/",
    ),
    Fault(
        id="docker.socket-elsewhere",
        layer="endpoint",
        severity="fail",
        matches=seen.NOBODY_BY_DEFAULT & ~seen.WINDOWS & seen.ELSEWHERE,
        what=_elsewhere,
        why="that engine keeps its socket in a place of its own",
        remedy=_use_the_other,
        link="https://docs.docker.com/engine/manage-resources/contexts/",
    ),
    Fault(
        id="docker.wsl-integration",
        layer="endpoint",
        severity="fail",
        matches=(seen.NOBODY_BY_DEFAULT & seen.WSL_ALONE & ~seen.ELSEWHERE)
        | says("could not be found in this WSL"),
        what="Docker Desktop is not connected with this WSL distribution",
        why="no engine is installed in the distribution, and Desktop's socket is not in it",
        remedy=Fix(
            "start Docker Desktop, switch this distribution on under Settings > Resources >"
            " WSL integration, and open a new shell; or install an engine in it"
        ),
        link="https://docs.docker.com/desktop/features/wsl/",
    ),
    Fault(
        id="docker.not-installed",
        layer="endpoint",
        severity="fail",
        matches=seen.ABSENT_BY_DEFAULT & seen.NOT_INSTALLED,
        what="no Docker engine is installed",
        why="there is no socket, and no program that would make one",
        remedy=_install,
        link=_INSTALL,
    ),
    Fault(
        id="docker.not-running",
        layer="endpoint",
        severity="fail",
        matches=seen.ABSENT_BY_DEFAULT & ~seen.NOT_INSTALLED,
        what=lambda s: f"the Docker engine does not run: {at(s)}",
        why="its socket is not there; the engine makes it when it starts",
        remedy=remedies.start,
        link=_START,
    ),
    Fault(
        id="docker.socket-dead",
        layer="endpoint",
        severity="fail",
        matches=seen.REFUSED_BY_DEFAULT,
        what=lambda s: f"the Docker engine has died: nobody listens at {at(s)}",
        why="its socket is still there, as an engine leaves it that was killed or crashed",
        remedy=_revive,
        link=_START,
    ),
)
