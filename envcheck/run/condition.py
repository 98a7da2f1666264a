"""Condition: what an engine says of how a running container fares. Pure judgements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import Fix
from envcheck.core.events import Result, Status
from envcheck.core.figures import size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.run.ports import ContainerState

UNHEALTHY = "service.unhealthy"
RESTARTED = "service.restarted"

_HEALTH: dict[str, tuple[Status, str]] = {
    "healthy": ("pass", "its own health check is content"),
    "starting": ("warn", "its own health check has not decided yet"),
    "unhealthy": ("fail", "its own health check fails"),
}


def judge_health(service: str, container: str, state: ContainerState) -> Result | None:
    """What the image's own health check says; None where there is none."""
    if state.health not in _HEALTH:
        return None
    status, summary = _HEALTH[state.health]
    good = status == "pass"
    return Result(
        id=f"service.{service}.health",
        title=f"{service} health",
        status=status,
        summary=summary,
        evidence=tuple(state.health_said.splitlines()),
        fix=None if good else Fix("read its whole log", (f"docker logs {container}",)),
        fault=UNHEALTHY if status == "fail" else "",
    )


def judge_restarts(service: str, container: str, state: ContainerState) -> Result:
    """How often the engine has started it anew since somebody started it."""
    id, title = f"service.{service}.restarts", f"{service} restarts"
    if not state.restarts:
        return Result(id, title, "pass", "none since it was started")
    times = "once" if state.restarts == 1 else f"{state.restarts} times"
    return Result(
        id,
        title,
        "warn",
        f"it ended and the engine restarted it, {times} since it was started",
        evidence=(f"it runs since {state.started_at}",),
        fix=Fix("look in its log for why it ended", (f"docker logs {container}",)),
        fault=RESTARTED,
    )


def judge_volumes(
    service: str, volumes: tuple[str, ...], sizes: Mapping[str, int] | None
) -> Result:
    """The disk use of each of its volumes.

    Args:
        service: the service.
        volumes: their names.
        sizes: the bytes of those that the engine can count; None where it took too long.
    """
    id, title = f"service.{service}.volumes", f"{service} volumes"
    if sizes is None:
        return Result(id, title, "skip", "the engine takes too long to add up what is in them")
    told = (f"{name} {size(sizes[name]) if name in sizes else '?'}" for name in volumes)
    return Result(id, title, "pass", ", ".join(told))
