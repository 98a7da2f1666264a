"""The phases of a timeline in plain words, for every reader alike. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.lanes import WAIT
from envcheck.core.phases import phase_of, who

if TYPE_CHECKING:
    from collections.abc import Iterable

    from envcheck.core.lanes import Lane
    from envcheck.core.timeline import TimedStep

_DONE = {
    "check": "checked",
    "pull": "pulled",
    "build": "built",
    "create": "created",
    "start": "started",
    "seed": "seeded",
    "run": "ran",
    "skip": "left as it was",
    "verify": "verified",
    "stop": "stopped",
    "remove": "removed",
}
_ORDER = ("stop", "remove", "create", WAIT, "start", "seed", "run", "verify")


def told(step: TimedStep) -> tuple[str, str]:
    """What a step was about, and what was done to it."""
    phase = phase_of(step)
    return who(step), _DONE.get(phase, phase)


def columns(lanes: Iterable[Lane]) -> tuple[str, ...]:
    """The names of the phases that occur in lanes, in the order in which a service goes through."""
    names = {phase.name: None for lane in lanes for phase in lane.phases}
    known = [name for name in _ORDER if name in names]
    return (*known, *(name for name in names if name not in _ORDER))
