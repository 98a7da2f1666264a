"""The timeline: which steps a run took when, and the chain of them that made it as long as it was.

Pure: it is folded from events, each with the second of the run at which it happened.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

from envcheck.core import events as ev

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Ending = Literal["done", "failed", "skipped", "unfinished"]

CHECKED = {"Machine": "machine", "Verdicts": "all services", "Data": "all data"}
"""The titles of the sections that are about checks, and what is checked in them."""
CHECKING = "Check"
"""The act of the step that stands for all checks of such a section."""

_end = attrgetter("end")


@dataclass(frozen=True)
class Timed:
    """An event, and the second of the run at which it happened."""

    time: float
    event: ev.Event


@dataclass(frozen=True)
class TimedStep:
    """A step as it took place; ``begin`` and ``end`` are seconds since the run began.

    Attributes:
        stage: which plan it is of: images, builds, services; or machine, verdicts, data
            for checks.
        turn: how often a plan of that name had been carried out before.
        id: its number in that plan.
        act: the name of what it did.
        subject: what it did it to.
        service: the service that it was for, or nothing.
        after: the numbers of the steps in the same plan that it had to wait for.
    """

    stage: str
    turn: int
    id: int
    act: str
    subject: str
    service: str
    begin: float
    end: float
    ending: Ending
    after: tuple[int, ...] = ()

    @property
    def plan(self) -> tuple[str, int]:
        """Which carrying out of which plan it belongs to."""
        return self.stage, self.turn

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.end - self.begin


def steps_of(timed: Sequence[Timed], seconds: float) -> tuple[TimedStep, ...]:
    """The steps of a run in the order in which they began; one that never began is none of them.

    Args:
        timed: the events.
        seconds: when the run was over; what had not ended by then ends there.
    """
    steps = _Steps(seconds)
    for each in timed:
        steps.hear(each)
    found = [*steps.found.values()]
    return tuple(sorted([*_checks(timed, found), *found], key=attrgetter("begin")))


@dataclass
class _Steps:
    over: float
    found: dict[tuple[str, int, int], TimedStep] = field(default_factory=dict)
    _turns: Counter[str] = field(default_factory=Counter)

    def hear(self, timed: Timed) -> None:
        match timed.event:
            case ev.StepStarted() as event:
                # A plan of this name may be carried out again: its numbers begin anew.
                if self._key(event) in self.found:
                    self._turns[event.stage] += 1
                self.found[self._key(event)] = self._begun(event, timed.time)
            case ev.StepEnded() as event if self._key(event) in self.found:
                key = self._key(event)
                ended = replace(self.found[key], end=timed.time, ending=event.status)
                self.found[key] = ended
            case _:
                pass

    def _key(self, event: ev.StepStarted | ev.StepEnded) -> tuple[str, int, int]:
        return event.stage, self._turns[event.stage], event.id

    def _begun(self, event: ev.StepStarted, time: float) -> TimedStep:
        return TimedStep(
            stage=event.stage,
            turn=self._turns[event.stage],
            id=event.id,
            act=event.act,
            subject=event.subject,
            service=event.service,
            begin=time,
            end=max(time, self.over),
            ending="unfinished",
            after=event.after,
        )


def _checks(timed: Iterable[Timed], steps: Sequence[TimedStep]) -> list[TimedStep]:
    """The checks of each section that is about them, which no plan tells of, as one step.

    It begins with the section, or after the last step that was taken to get what the checks run,
    and ends with their last verdict.
    """
    told: dict[str, _Checking] = {}
    section = ""
    for each in timed:
        match each.event:
            case ev.Section():
                section = each.event.title
                if section in CHECKED:
                    told[section] = _Checking(each.time)
            case ev.Checked() if section in CHECKED:
                told[section].heard(each.time, each.event.result)
            case _:
                pass
    found = [checking.step(title, steps) for title, checking in told.items()]
    return [step for step in found if step is not None]


@dataclass
class _Checking:
    begin: float
    last: float = 0.0
    failed: bool = False

    def heard(self, time: float, result: ev.Result) -> None:
        self.last = time
        self.failed = self.failed or result.status in ("fail", "error")

    def step(self, title: str, steps: Sequence[TimedStep]) -> TimedStep | None:
        begin = max([self.begin, *(step.end for step in steps if step.end <= self.last)])
        if self.last <= begin:
            return None
        ending: Ending = "failed" if self.failed else "done"
        subject = CHECKED[title]
        return TimedStep(title.lower(), 0, 0, CHECKING, subject, "", begin, self.last, ending)


def critical_path(steps: Sequence[TimedStep]) -> tuple[TimedStep, ...]:
    """The chain of steps that determined when the run ended, the first one first.

    It is followed from the step that ended last: what it had waited for last, and so on; what
    waited for nothing in its own plan followed the plans before it.

    Args:
        steps: in the order in which they began.
    """
    taken = [step for step in steps if step.ending != "skipped"]
    if not taken:
        return ()
    path = [max(taken, key=_end)]
    while before := _cause(path[0], taken):
        path.insert(0, before)
    return tuple(path)


def _cause(step: TimedStep, steps: Sequence[TimedStep]) -> TimedStep | None:
    earlier = [other for other in steps[: steps.index(step)] if other.end <= step.begin]
    needed = [other for other in earlier if other.plan == step.plan and other.id in step.after]
    others = [other for other in earlier if other.plan != step.plan]
    return max(needed or others, key=_end, default=None)
