"""Jobs: started once, waited for until they end, and on record as done where they end with 0."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core import events as ev
from envcheck.core.jobs import inputs_now
from envcheck.run.poll import poll
from envcheck.run.readiness import ServiceUnready, died, overdue
from envcheck.run.verdicts import verdict_on

if TYPE_CHECKING:
    from envcheck.core.plan import StartJob
    from envcheck.run.lookout import Post
    from envcheck.run.ports import ContainerState, Engine, JobRecords
    from envcheck.run.readiness import Target

_LOOK_AGAIN = 1.0
"""Seconds until the container's state is asked for again where nothing was heard of it."""
_GRACE = 10
"""Seconds that a job which takes too long has to end by itself, once it is told to."""


def start_job(act: StartJob, engine: Engine, records: JobRecords) -> None:
    """Start a job, which is on record as begun before it is started.

    So a run that is killed at any moment leaves a job that is begun and not done: the next one
    waits for it where it still runs, or runs it again.

    Raises:
        StepFailed: the engine could not start it.
    """
    inputs = inputs_now(act.inputs, engine.observe())
    records.begin(act.service, inputs, engine.inspect_container(act.name).id)
    engine.start_container(act.name)


def await_job(target: Target, engine: Engine, post: Post, records: JobRecords) -> float:
    """Wait until a job has ended.

    Returns:
        How many seconds it was waited for.

    Raises:
        ServiceUnready: it ended with anything but 0, or took too long and was stopped.
        StepFailed: the engine could not be asked.
    """
    begun, seconds = post.now(), target.service.timeout
    try:
        look = _Look(target, engine, post)
        # It may have ended since the last look, where nothing is heard of it.
        if poll(look, seconds=seconds, clock=post) is None and look.ended() is None:
            engine.stop_container(target.container, _GRACE)
            what = f"not done after {seconds:.0f} s, so it was stopped"
            raise overdue(target, engine, what)
    except ServiceUnready:
        records.forget(target.service.name)
        raise
    records.finish(target.service.name)
    return post.now() - begun


@dataclass
class _Look:
    """A look at the container, as often as it is worth one."""

    target: Target
    engine: Engine
    post: Post
    looked: float = -math.inf

    def __call__(self) -> ContainerState | None:
        if not (self.post.news() or self.post.now() - self.looked >= _LOOK_AGAIN):
            return None
        self.looked = self.post.now()
        return self.ended()

    def ended(self) -> ContainerState | None:
        """Its state where it has ended with 0, None while it runs; any other end is raised."""
        state = self.engine.inspect_container(self.target.container)
        if state.alive:
            return None
        if state.status == "exited" and state.exit_code == 0:
            return state
        raise died(self.target, state, self.engine)


UNCHANGED = "nothing that it depends on has changed"


def tell_done(target: Target, emit: ev.Emit, seconds: float) -> None:
    """Tell that a job is done, after so many seconds."""
    emit(_done(target, seconds, fresh=True, note=""))
    said = f"ended with 0 after {seconds:.2f} s"
    emit(ev.Checked(verdict_on(f"{target.service.name}.done", "pass", said, seconds=seconds)))


def tell_done_before(target: Target, emit: ev.Emit, note: str) -> None:
    """Tell that a job was done before this run, and why it was not run again."""
    emit(_done(target, 0.0, fresh=False, note=note))
    emit(ev.Checked(verdict_on(f"{target.service.name}.done", "pass", f"done before: {note}")))


def _done(target: Target, seconds: float, *, fresh: bool, note: str) -> ev.ServiceDone:
    return ev.ServiceDone(
        service=target.service.name,
        image=target.image.shown,
        digest=target.image.digest,
        source=target.image.source,
        container=target.container,
        seconds=seconds,
        after=target.service.depends_on,
        fresh=fresh,
        note=note,
    )
