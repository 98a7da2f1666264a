"""Carrying out a plan that brings services up, and telling what came of each."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envcheck.app import seeds
from envcheck.app.diagnosis import explainer
from envcheck.core import events as ev
from envcheck.core.decide import service_of
from envcheck.core.errors import EnvcheckError
from envcheck.core.plan import AwaitReady, StartContainer
from envcheck.images.sources import digest_of
from envcheck.run.books import JobBook, PortBook
from envcheck.run.executor import StepOutcome, execute
from envcheck.run.lookout import Lookout, listening
from envcheck.run.perform import Performer
from envcheck.run.readiness import ServiceUnready, Target
from envcheck.run.supplies import Supplies
from envcheck.run.telling import course
from envcheck.services.catalogue import KINDS
from envcheck.services.desired import ImageChoice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from envcheck.app.session import Session
    from envcheck.core.desired import Desired
    from envcheck.core.observed import Observed
    from envcheck.core.plan import ApplySeed, Plan
    from envcheck.core.profile import Profile
    from envcheck.core.spec import ContainerSpec, Owner


@dataclass(frozen=True)
class Extras:
    """What else a plan's acts are helped with: see `run.supplies.Supplies`."""

    seeded: Callable[[ApplySeed, float], None] = lambda _act, _seconds: None
    rebound: Callable[[str, EnvcheckError], ContainerSpec | None] = lambda _service, _error: None


NO_EXTRAS = Extras()


def targets(
    profile: Profile, desired: Desired, choices: Mapping[str, ImageChoice], observed: Observed
) -> dict[str, Target]:
    """The services to wait for."""
    return {
        name: Target(
            service=profile.services[name],
            kind=KINDS[profile.services[name].kind],
            image=_with_digest(choices[name], observed),
            container=service.container.name,
            ports=service.ports,
            volumes=tuple(volume.name for volume in service.volumes),
        )
        for name, service in desired.services.items()
    }


def _with_digest(choice: ImageChoice, observed: Observed) -> ImageChoice:
    seen = observed.image(choice.used)
    if choice.digest or seen is None:
        return choice
    return ImageChoice(choice.used, choice.pin, choice.shown, choice.source, digest_of(seen))


def run(  # noqa: PLR0913 - the plan, its services, and how it is carried out
    session: Session,
    owner: Owner,
    plan: Plan,
    services: Mapping[str, Target],
    *,
    fail_fast: bool = False,
    extras: Extras = NO_EXTRAS,
) -> bool:
    """Carry out a plan on the engine for an instance, and tell what was skipped.

    Returns:
        Whether every service is ready.

    Raises:
        EnvcheckError: a step failed that is no service's readiness.
    """
    _tell_waiting(session, services)
    fresh = {step.act.service for step in plan.steps if isinstance(step.act, StartContainer)}
    engine, lookout = session.engine(), Lookout(session.clock)
    perform = Performer(
        engine,
        lookout,
        session.emit,
        services,
        frozenset(fresh),
        explainer(session, owner),
        replace(supplies_of(session, owner.instance), seeded=extras.seeded, rebound=extras.rebound),
    )

    def notice(container: str) -> None:
        if perform.notice(container) and fail_fast:
            session.clock.stop()  # ends the waits of all others

    lookout.at_each_end(notice)
    with listening(lookout, engine, owner.instance):
        steps = course("services", session.emit, fail_fast=fail_fast, lost=perform.lost)
        outcomes = execute(plan, session.recording(perform), abort=session.clock.stop, course=steps)
        _confirm(perform, outcomes)
    _tell_skips(session, outcomes)
    for outcome in outcomes:
        if outcome.error is not None and not isinstance(outcome.error, ServiceUnready):
            raise outcome.error
    return all(o.status == "done" and not perform.lost(o.step.act) for o in outcomes)


def supplies_of(session: Session, instance: str) -> Supplies:
    """What an instance's acts need besides an engine."""
    return Supplies(
        JobBook(session.ledger, instance), seeds.contents, PortBook(session.ledger, instance)
    )


def _tell_waiting(session: Session, services: Mapping[str, Target]) -> None:
    for name, target in services.items():
        needs = ", ".join(target.service.depends_on)
        session.emit(ev.ServiceProgress(name, "waiting", f"for {needs}" if needs else ""))


def _confirm(perform: Performer, outcomes: Iterable[StepOutcome]) -> None:
    """What was ready early must still run when the last one is."""
    for outcome in outcomes:
        if outcome.status == "done" and isinstance(outcome.step.act, AwaitReady):
            with suppress(EnvcheckError):  # told, as the service's failure
                perform.confirm(outcome.step.act.service)


def _tell_skips(session: Session, outcomes: Sequence[StepOutcome]) -> None:
    failed = {service_of(o.step.act) for o in outcomes if o.status == "failed"}
    told: set[str] = set()
    for outcome in outcomes:
        service = service_of(outcome.step.act)
        if outcome.status == "skipped" and service not in failed | told | {""}:
            session.emit(ev.ServiceSkipped(service, _because(outcome, outcomes)))
            told.add(service)


def _because(outcome: StepOutcome, outcomes: Sequence[StepOutcome]) -> str:
    """Which service stopped this one: one that it needs, or the first to fail."""
    blocker = outcome.blocked_by
    service = service_of(blocker.act) if blocker else ""
    if blocker is None or not service:
        return "an earlier step failed"
    after = {o.step.id: o.step.after for o in outcomes}
    needed = {*outcome.step.after}
    while more := {need for id in needed for need in after[id]} - needed:
        needed |= more
    return service if blocker.id in needed else f"{service} failed first"
