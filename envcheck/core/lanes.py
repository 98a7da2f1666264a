"""Lanes: what each image and service went through, phase by phase, from a run's steps. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

from envcheck.core import events as ev
from envcheck.core.phases import OBJECTS, phase_of
from envcheck.core.timeline import CHECKING, Timed, TimedStep, critical_path, steps_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LaneKind = Literal["checks", "image", "objects", "service"]

WAIT = "wait"
_SHORTEST_WAIT = 0.02
"""Seconds below which a pause between two steps is only ours: the executor's own."""


@dataclass(frozen=True)
class Phase:
    """What went on in a lane from one second of the run to another.

    Attributes:
        name: in one word: wait, create, start, verify (until it is ready), pull, build, …
        critical: whether the run would have been over earlier without it.
        needs: the services that a wait was for, the one that took longest last.
    """

    name: str
    begin: float
    end: float
    critical: bool = False
    needs: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.end - self.begin


@dataclass(frozen=True)
class Lane:
    """One image or service, or what else took its time.

    Attributes:
        state: how it ended: ready, failed, skipped, done, unfinished.
        end: when that was known.
        because: why it was skipped.
    """

    kind: LaneKind
    name: str
    state: str
    phases: tuple[Phase, ...] = ()
    end: float = 0.0
    because: str = ""

    @property
    def needs(self) -> tuple[str, ...]:
        """The services that it waited for."""
        return tuple(dict.fromkeys(need for phase in self.phases for need in phase.needs))

    def seconds(self, name: str) -> float:
        """How long it was in phases of that name altogether."""
        return sum(phase.seconds for phase in self.phases if phase.name == name)


@dataclass(frozen=True)
class Timeline:
    """A run as lanes beside each other, and the steps that determined its end."""

    seconds: float = 0.0
    lanes: tuple[Lane, ...] = ()
    path: tuple[TimedStep, ...] = ()

    def lanes_of(self, kind: LaneKind) -> tuple[Lane, ...]:
        """The lanes of one kind."""
        return tuple(lane for lane in self.lanes if lane.kind == kind)

    @property
    def between(self) -> float:
        """Seconds of the run that passed in none of the path's steps."""
        return max(0.0, self.seconds - sum(step.seconds for step in self.path))


def timeline(timed: Sequence[Timed], seconds: float) -> Timeline:
    """The timeline of a run that took so many seconds."""
    over = max([seconds, *(each.time for each in timed)])
    steps = steps_of(timed, over)
    path = critical_path(steps)
    drawn = _Lanes(steps, frozenset(path), _said(timed))
    return Timeline(over, drawn.all(), path)


@dataclass(frozen=True)
class _Said:
    """What an event said of how a service ended, and when."""

    state: str
    time: float
    because: str = ""


def _said(timed: Iterable[Timed]) -> dict[str, _Said]:
    """The last word on each service."""
    said: dict[str, _Said] = {}
    for each in timed:
        match each.event:
            case ev.ServiceReady():
                said[each.event.service] = _Said("ready", each.time)
            case ev.ServiceDone():
                said[each.event.service] = _Said("done", each.time)
            case ev.ServiceFailed():
                said[each.event.service] = _Said("failed", each.time)
            case ev.ServiceSkipped():
                because = each.event.because
                said[each.event.service] = _Said("skipped", each.time, because)
            case _:
                pass
    return said


@dataclass(frozen=True)
class _Lanes:
    steps: Sequence[TimedStep]
    path: frozenset[TimedStep]
    said: Mapping[str, _Said]

    def all(self) -> tuple[Lane, ...]:
        grouped: dict[tuple[LaneKind, str], list[TimedStep]] = {}
        for step in self.steps:
            grouped.setdefault(_lane(step), []).append(step)
        for name in self.said:  # one may have been skipped before its first step
            grouped.setdefault(("service", name), [])
        lanes = [self._one(kind, name, steps) for (kind, name), steps in grouped.items()]
        # The services come last: all else is done so that they can begin.
        return tuple(sorted(lanes, key=lambda lane: lane.kind == "service"))

    def _one(self, kind: LaneKind, name: str, steps: Sequence[TimedStep]) -> Lane:
        phases = self._phases(steps)
        end = max((step.end for step in steps), default=0.0)
        said = self.said.get(name) if kind == "service" else None
        if said is None:
            return Lane(kind, name, steps[-1].ending if steps else "done", phases, end)
        # What failed long after it was ready has an end of its own.
        end = max(end, said.time) if said.state == "failed" else end
        return Lane(kind, name, said.state, phases, end, said.because)

    def _phases(self, steps: Sequence[TimedStep]) -> tuple[Phase, ...]:
        phases: list[Phase] = []
        for step in steps:
            needs = self._needs(step)
            since = phases[-1].end if phases else self._begin(step) if needs else step.begin
            if needs or step.begin - since >= _SHORTEST_WAIT:
                phases.append(Phase(WAIT, min(since, step.begin), step.begin, needs=needs))
            critical = step in self.path
            phases.append(Phase(phase_of(step), step.begin, step.end, critical))
        return tuple(phases)

    def _begin(self, step: TimedStep) -> float:
        """When the plan began that a step is of."""
        return min(other.begin for other in self.steps if other.plan == step.plan)

    def _needs(self, step: TimedStep) -> tuple[str, ...]:
        """The other services that a step had to wait for, in the order in which they came."""
        before = [s for s in self.steps if s.plan == step.plan and s.id in step.after]
        names = [s.service for s in sorted(before, key=attrgetter("end"))]
        return tuple(dict.fromkeys(name for name in names if name not in ("", step.service)))


def _lane(step: TimedStep) -> tuple[LaneKind, str]:
    if step.act == CHECKING:
        return "checks", step.subject
    if step.act in OBJECTS:
        return "objects", "network, volumes"
    if step.service and not step.act.startswith("Build"):
        return "service", step.service
    return "image", step.service or step.subject
