"""A fault that is known by name, and the diagnosis that it becomes where it is met."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from envcheck.core.errors import Fix
from envcheck.doctor.symptom import Symptom

if TYPE_CHECKING:
    from envcheck.doctor.match import Match

Layer = Literal[
    "client",
    "endpoint",
    "engine",
    "machine",
    "registry",
    "network",
    "container",
    "database",
    "teardown",
    "outcome",
]
"""What rests on what, lowest first; ``outcome`` is what a failure came to when no layer explains
it."""

LAYERS: tuple[Layer, ...] = get_args(Layer)

Severity = Literal["fail", "warn", "info"]
Wording = str | Callable[[Symptom], str]
Remedy = Fix | Callable[[Symptom], Fix]

_LINES = 5
_WIDTH = 300


@dataclass(frozen=True)
class Fault:
    """One entry of the catalogue.

    Attributes:
        id: its stable name, e.g. ``docker.socket-permission``.
        what: what happened, one sentence without its full stop.
        why: why that is so, or what it means, one line.
        remedy: what to do about it on this machine and with this engine.
        link: where to read more.
    """

    id: str
    layer: Layer
    severity: Severity
    matches: Match
    what: Wording
    why: str
    remedy: Remedy
    link: str = ""

    def explain(self, symptom: Symptom) -> Diagnosis:
        """This fault as it was met."""
        what = self.what if isinstance(self.what, str) else self.what(symptom)
        fix = self.remedy if isinstance(self.remedy, Fix) else self.remedy(symptom)
        return Diagnosis(self, what, _evidence(self.matches, symptom), fix)


@dataclass(frozen=True)
class Diagnosis:
    """A fault that was met: its texts filled in, and the lines it was told from."""

    fault: Fault
    what: str
    evidence: tuple[str, ...]
    fix: Fix

    @property
    def id(self) -> str:
        """The fault's stable name."""
        return self.fault.id


def _evidence(matches: Match, symptom: Symptom) -> tuple[str, ...]:
    """The lines that the match went by, or all that was said where it went by none."""
    lines = matches.cut(symptom) or tuple(symptom.text.splitlines())
    cleaned = (line.strip() for line in lines)
    unique = tuple(dict.fromkeys(line for line in cleaned if line))
    return tuple(line if len(line) <= _WIDTH else f"{line[:_WIDTH]}…" for line in unique[-_LINES:])
