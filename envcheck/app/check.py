"""check: verify a running instance. Nothing is changed; the proof of `--deep` leaves no trace."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from envcheck.app import passwords
from envcheck.app.checking.images import choices_of
from envcheck.app.checking.jobs import tell_jobs
from envcheck.app.checking.running import running
from envcheck.app.checking.subject import Instance, subjects
from envcheck.app.checking.survival import broken_off, prove_all
from envcheck.app.checking.table import questions
from envcheck.app.checks.exam import Exam
from envcheck.app.checks.node import node_checks
from envcheck.app.examination import examine
from envcheck.app.foreign import refuse_elsewhere
from envcheck.app.loading import load, owner_of
from envcheck.app.locking import fit_lock
from envcheck.app.up import run
from envcheck.core import events as ev
from envcheck.core.errors import Fix, UsageError
from envcheck.core.plan import AwaitReady, PlanBuilder
from envcheck.core.spec import container_name
from envcheck.reporters.calling import call
from envcheck.run.verdicts import verdict_on
from envcheck.services.catalogue import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from envcheck.app.checking.subject import Subject
    from envcheck.app.checks.exam import Check
    from envcheck.app.session import Session
    from envcheck.core.pins import Pins
    from envcheck.core.profile import Profile, Service
    from envcheck.core.spec import Owner
    from envcheck.run.readiness import Target
    from envcheck.services.desired import ImageChoice

    Results = Callable[[], tuple[ev.Result, ...]]


def check(
    session: Session, name: str, results: Results, *, deep: bool = False, strict: bool = False
) -> None:
    """Verify every service of a running instance.

    Args:
        session: this run.
        name: the profile.
        results: the verdicts so far.
        deep: whether to prove as well that data survives its container.
        strict: whether nothing but the images of the lockfile will do.

    Raises:
        UsageError: nothing of the instance runs; or strict, and the lockfile is missing or stale.
    """
    profile = load(session, name)
    owner = owner_of(session, profile)
    session.emit(ev.Started("check", profile.name, owner.instance, profile.description))
    refuse_elsewhere(session, owner)
    passwords.refuse_lost(session, profile, owner.instance)
    pins = fit_lock(profile, strict=strict)
    instance = _instance(session, profile, owner, results, pins)
    session.emit(ev.Section("Services"))
    for service in instance.profile.services.values():
        if service.name not in instance.targets and not KINDS[service.kind].job:
            _tell_missing(instance, service)
    tell_jobs(instance)
    _see_ready(instance)
    session.emit(ev.Section("Verdicts"))
    exam, found = _ask(instance, node_checks(profile))
    if deep:
        session.emit(ev.Section("Data"))
        with session.holding(owner.instance, "check --deep"):
            try:
                prove_all(instance, found, exam)
            except KeyboardInterrupt:
                raise broken_off(instance) from None


def ask(
    session: Session, profile: Profile, owner: Owner, results: Results, *, strict: bool = False
) -> None:
    """Ask the services of an instance that is up all that makes sense once they are ready.

    Raises:
        UsageError: nothing of the instance runs; or strict, and the lockfile is missing or stale.
    """
    pins = fit_lock(profile, strict=strict)
    profile = passwords.known(session, profile, owner.instance)
    _ask(_instance(session, profile, owner, results, pins))


def _ask(instance: Instance, more: tuple[Check, ...] = ()) -> tuple[Exam, tuple[Subject, ...]]:
    exam = Exam(instance.session, instance.owner, instance.profile)
    found = tuple(subjects(instance))
    examine(exam, (*questions(instance, found), *more), instance.results())
    return exam, found


def _instance(
    session: Session, profile: Profile, owner: Owner, results: Results, pins: Pins
) -> Instance:
    observed = session.engine().observe()
    if not any(observed.of_instance(owner.instance)):
        raise UsageError(
            f"nothing of {owner.instance} is here to check",
            id="instance.not-up",
            fix=Fix("bring it up first", (call("envcheck", "up", owner.profile, owner.instance),)),
        )
    targets = running(profile, owner, observed)
    choices = choices_of(profile, observed, pins)
    pinned = {name: _pinned(target, choices.get(name)) for name, target in targets.items()}
    return Instance(session, profile, owner, observed, pinned, choices, results, pins)


def _pinned(target: Target, choice: ImageChoice | None) -> Target:
    """With the pin that its version is compared with: for a build, that of its base image."""
    if choice is None or target.image.pin is not None:
        return target
    return replace(target, image=replace(target.image, pin=choice.pin))


def _see_ready(instance: Instance) -> None:
    """Wait until each service has answered, or cannot."""
    plan = PlanBuilder()
    for name, target in instance.targets.items():
        plan.add(AwaitReady(name, target.container), "asked for", key=("ready", name))
    run(instance.session, instance.owner, plan.plan(), instance.targets)


def _tell_missing(instance: Instance, service: Service) -> None:
    name = container_name(instance.owner.instance, service.name)
    error = UsageError(
        "has no container",
        id="service.missing",
        fix=Fix("make it", (instance.command("up"),)),
    )
    failed = ev.ServiceFailed(service.name, error.id, name, error.what, 0.0, fix=error.fix)
    instance.session.emit(failed)
    verdict = verdict_on(f"{service.name}.ready", "fail", error.what, error)
    instance.session.emit(ev.Checked(verdict))
