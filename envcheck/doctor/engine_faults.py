"""Why no engine answers, and what to do about it on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from envcheck.core.errors import EngineUnusable, Fix

UnreachableReason = Literal["absent", "refused", "forbidden", "timeout", "resolve", "tls", "other"]


@dataclass(frozen=True)
class Unreachable:
    """An engine that could not be talked to: why, where, what chose it, and the raw text."""

    reason: UnreachableReason
    endpoint: str
    chosen_by: str
    text: str


@dataclass(frozen=True)
class HostFacts:
    """What the judgement needs to know of the machine.

    Attributes:
        user: the name of the user who runs us.
        root: whether that is root.
        installed: whether an engine (dockerd) is installed.
        install: the commands that install one here, empty where we know none.
        start: the ways to start an installed one, best first.
        socket_group: the group that may use the engine's socket, where that can be told.
        in_group: whether the user is in that group by name.
    """

    user: str
    root: bool
    installed: bool
    install: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    socket_group: str = ""
    in_group: bool = False


def judge(fault: Unreachable, host: HostFacts) -> EngineUnusable:
    """Name the fault and its fix."""
    if fault.chosen_by != "default":
        return _chosen_engine_is_dead(fault)
    match fault.reason:
        case "absent" if not host.installed:
            return _fault(fault, "not-installed", "no Docker engine is installed", _install(host))
        case "absent" | "refused":
            return _fault(fault, "not-running", "the Docker engine does not run", _start(host))
        case "forbidden":
            return _forbidden(fault, host)
        case "timeout":
            text = "the Docker engine does not answer"
            return _fault(
                fault, "no-answer", text, Fix("restart it", ("sudo systemctl restart docker",))
            )
        case "tls":
            text = "the encrypted connection to the engine could not be made"
            return _fault(fault, "tls", text, Fix("look at DOCKER_TLS_VERIFY and DOCKER_CERT_PATH"))
        case "resolve" | "other":
            return _fault(fault, "unreachable", "the Docker engine cannot be talked to", None)


def _fault(fault: Unreachable, name: str, what: str, fix: Fix | None) -> EngineUnusable:
    where = f"{fault.endpoint} ({fault.chosen_by})"
    return EngineUnusable(f"{what}: {where}", id=f"docker.{name}", evidence=(fault.text,), fix=fix)


def _install(host: HostFacts) -> Fix:
    if not host.install:
        return Fix("install Docker: https://docs.docker.com/engine/install/")
    return Fix(
        "install the distribution's own engine and start it", (*host.install, *host.start[:1])
    )


def _start(host: HostFacts) -> Fix:
    return Fix("start it", host.start[:1])


def _forbidden(fault: Unreachable, host: HostFacts) -> EngineUnusable:
    what = f"permission denied on {fault.endpoint.removeprefix('unix://')}"
    if host.in_group:
        fix = Fix(
            f"you are in group {host.socket_group}, but this session began before: log in again",
            (f"newgrp {host.socket_group}",),
        )
        return _fault(fault, "group-stale", what, fix)
    group = host.socket_group or "docker"
    fix = Fix(
        f"the socket belongs to group {group}, and you ({host.user}) are not in it",
        (f"sudo usermod -aG {group} {host.user}", f"newgrp {group}"),
    )
    return _fault(fault, "socket-permission", what, fix)


def _chosen_engine_is_dead(fault: Unreachable) -> EngineUnusable:
    if fault.chosen_by == "DOCKER_HOST":
        fix = Fix("start that engine, or forget the variable", ("unset DOCKER_HOST",))
        return _fault(fault, "host-dead", "DOCKER_HOST names an engine that is not there", fix)
    fix = Fix("start that engine, or use another one", ("docker context use default",))
    return _fault(fault, "context-dead", "the chosen context's engine is not there", fix)
