"""Telling of a plan's steps as they begin and end, so that a timeline can be drawn from events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core import events as ev
from envcheck.core import plan as p
from envcheck.core.decide import service_of
from envcheck.run.executor import Course

if TYPE_CHECKING:
    from collections.abc import Callable

    from envcheck.core.events import Emit
    from envcheck.run.executor import StepOutcome


def course(
    stage: str,
    emit: Emit,
    *,
    fail_fast: bool = False,
    lost: Callable[[p.Act], bool] = lambda _act: False,
) -> Course:
    """A course that tells of each step.

    Args:
        stage: the plan's name in the events.
        emit: hears them.
        fail_fast: whether the first failure ends all others.
        lost: whether what an act has done is gone again.
    """

    def begins(step: p.Step) -> None:
        act = step.act
        emit(
            ev.StepStarted(
                stage, step.id, type(act).__name__, subject_of(act), service_of(act), step.after
            )
        )

    def ended(outcome: StepOutcome) -> None:
        emit(ev.StepEnded(stage, outcome.step.id, outcome.status))

    return Course(fail_fast, begins, ended, lambda step: lost(step.act))


def subject_of(act: p.Act) -> str:
    """The object that an act is about, by its name."""
    match act:
        case p.PullImage() | p.BuildBase() | p.BuildRecipe():
            return act.pin
        case p.BuildImage():
            return act.tag
        case p.CreateNetwork() | p.CreateVolume() | p.CreateContainer():
            return act.spec.name
        case p.AwaitReady() | p.AwaitJob() | p.SkipJob() | p.ApplySeed() | p.LeaveSeed():
            return act.container
        case p.RemoveImage():
            return act.reference
        case p.RunCheck():
            return act.id
        case _:
            return act.name
