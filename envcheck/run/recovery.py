"""Recovery: whether a service works again after one that it depends on was made anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envcheck.core.events import Result
from envcheck.run.readiness import ServiceUnready, await_ready

if TYPE_CHECKING:
    from envcheck.run.lookout import Lookout
    from envcheck.run.ports import ContainerState, Engine
    from envcheck.run.readiness import Ready, Target

ENDED = "service.ended-with-its-dependency"


@dataclass(frozen=True)
class Recovery:
    """What came of a service: what it said in the end, and why it did not at first.

    ``stayed`` says whether it ran on all the time.
    """

    ready: Ready | None
    error: ServiceUnready | None = None
    stayed: bool = True


def recover(target: Target, before: ContainerState, engine: Engine, lookout: Lookout) -> Recovery:
    """Wait until a service answers again; where it has ended, it is started again.

    Args:
        target: the service.
        before: its container, before what it depends on was made anew.
        engine: where it runs.
        lookout: for waiting.

    Raises:
        StepFailed: the engine could not be asked, or not start it.
    """
    ready, error = _waited(target, engine, lookout)
    if error is not None and error.state is not None and not error.state.alive:
        engine.start_container(target.container)
        ready, _ = _waited(target, engine, lookout)
    stayed = ready is not None and _same(before, ready.state)
    return Recovery(ready, error, stayed)


def _waited(
    target: Target, engine: Engine, lookout: Lookout
) -> tuple[Ready | None, ServiceUnready | None]:
    post = lookout.post(target.container)
    try:
        return await_ready(target, engine, post, lambda _event: None, settled=True), None
    except ServiceUnready as error:
        return None, error


def _same(before: ContainerState, now: ContainerState) -> bool:
    return (before.id, before.started_at) == (now.id, now.started_at)


def judge_recovery(target: Target, needs: tuple[str, ...], found: Recovery) -> Result:
    """What that says; ``needs`` are the services that were made anew."""
    service, what = target.service.name, _listed(needs)
    result = Result(f"service.{service}.recovers", f"{service} recovers", "pass", "")
    if found.error is not None:
        again = "it was started again, and answers" if found.ready else "it does not answer"
        return replace(
            result,
            status="fail",
            summary=f"{found.error.what}, after {what} made anew; {again}",
            evidence=found.error.evidence or found.error.logs[-5:],
            fix=found.error.fix,
            fault=ENDED if found.ready else found.error.id,
        )
    if not found.stayed:
        text = f"ended when {what} made anew; the engine restarted it, and it answers again"
        return replace(result, status="warn", summary=text, fault=ENDED)
    return replace(result, summary=f"stayed up while {what} made anew, and answers")


def _listed(names: tuple[str, ...]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last} were" if others else f"{last} was"
