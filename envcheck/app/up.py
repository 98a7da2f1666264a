"""up: converge an instance to its profile, and return when every service is verified ready."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envcheck.app import builds, images, passwords, ports, seeds, variable_files
from envcheck.app.checks.fitness import fit_tools
from envcheck.app.diagnosis import explainer
from envcheck.app.foreign import refuse_elsewhere, refuse_taken
from envcheck.app.loading import load, owner_of, tell_secrets, tell_warnings
from envcheck.app.locking import pins_for, tell_locks
from envcheck.app.offline import refuse_missing, settled
from envcheck.app.past import past_of
from envcheck.app.rollback import OnFailure, interrupted, undo
from envcheck.core import events as ev
from envcheck.core.decide import decide_up, service_of
from envcheck.core.decide_seeds import seed_notes
from envcheck.core.errors import EnvcheckError, Problem, ProfileInvalid
from envcheck.core.plan import AwaitReady, StartContainer
from envcheck.core.put_aside import aside_notes
from envcheck.core.situation import Situation
from envcheck.images.sources import digest_of
from envcheck.run.books import JobBook, PortBook
from envcheck.run.executor import StepOutcome, execute
from envcheck.run.lookout import Lookout, listening
from envcheck.run.perform import Performer
from envcheck.run.readiness import ServiceUnready, Target
from envcheck.run.supplies import Supplies
from envcheck.run.telling import course
from envcheck.services.catalogue import KINDS
from envcheck.services.desired import ImageChoice, desire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from envcheck.app.session import Session
    from envcheck.core.desired import Desired
    from envcheck.core.observed import Observed
    from envcheck.core.plan import ApplySeed, Plan
    from envcheck.core.profile import Profile
    from envcheck.core.spec import ContainerSpec, Owner


@dataclass(frozen=True)
class UpOptions:
    """How to bring a profile up.

    Attributes:
        fail_fast: whether the first service that fails ends all others.
        rerun_jobs: whether jobs that are done already are run again.
        locked: whether nothing but the images of the lockfile will do.
        offline: whether nobody on a network is asked for anything.
        on_failure: what becomes of what the run has made, where it fails or is interrupted.
        from_snapshot: the snapshot whose data takes the place of what is there; nothing for none.
        write_env: the file that the variables are written to; nothing for none.
    """

    fail_fast: bool = False
    rerun_jobs: bool = False
    locked: bool = False
    offline: bool = False
    on_failure: OnFailure = "keep"
    from_snapshot: str = ""
    write_env: str = ""


DEFAULTS = UpOptions()


@dataclass(frozen=True)
class Meanwhile:
    """What another task does in the course of an up.

    Attributes:
        prepare: called when the images are here, before anything is looked at and decided.
        seeded: called when a seed was applied, with the seconds that it took; its service may be
            stopped and started again by that.
    """

    prepare: Callable[[Desired, Mapping[str, ImageChoice]], None] = lambda _desired, _choices: None
    seeded: Callable[[ApplySeed, float], None] = lambda _act, _seconds: None


NOTHING = Meanwhile()


@dataclass(frozen=True)
class Extras:
    """What else a plan's acts are helped with: see `run.supplies.Supplies`."""

    seeded: Callable[[ApplySeed, float], None] = NOTHING.seeded
    rebound: Callable[[str, EnvcheckError], ContainerSpec | None] = lambda _service, _error: None


NO_EXTRAS = Extras()


def up(session: Session, name: str, options: UpOptions = DEFAULTS) -> None:
    """Bring a profile up.

    Raises:
        EnvcheckError: it could not be; a service that is not ready is told as an event instead.
    """
    profile = load(session, name)
    owner = owner_of(session, profile)
    session.emit(ev.Started("up", profile.name, owner.instance, profile.description))
    tell_warnings(session, profile)
    fit_tools(session, profile, owner)
    session.engine()
    converge(session, profile, owner, options, _from_snapshot(session, profile, owner, options))


def _from_snapshot(
    session: Session, profile: Profile, owner: Owner, options: UpOptions
) -> Meanwhile:
    if not options.from_snapshot:
        return NOTHING
    from envcheck.app.snapshots.starting import start_from

    return Meanwhile(prepare=start_from(session, profile, owner, options.from_snapshot))


def converge(  # noqa: PLR0913 - what, whose, how, and what for
    session: Session,
    profile: Profile,
    owner: Owner,
    options: UpOptions = DEFAULTS,
    meanwhile: Meanwhile = NOTHING,
    *,
    visit: bool = False,
) -> bool:
    """Get the images, make the objects, wait for the services.

    Args:
        session: this run.
        profile: what is to be.
        owner: whose it is.
        options: how to do it.
        meanwhile: what another task does in its course.
        visit: whether it is wanted for a while only, as is on record then.

    Returns:
        Whether every service is ready.

    Raises:
        EnvcheckError: as `up`.
    """
    refuse_elsewhere(session, owner)
    variable_files.agree(session, options.write_env)
    with session.holding(owner.instance, session.command):
        session.ledger().know(owner)
        if not visit:
            session.ledger().end_visit(owner.instance)
        try:
            well = _converge(session, profile, owner, options, meanwhile)
        except KeyboardInterrupt:
            raise interrupted(session, owner, options.on_failure) from None
        except EnvcheckError:
            undo(session, owner, options.on_failure)
            raise
        if well:
            variable_files.write_all(session, profile, owner, options.write_env)
        else:
            undo(session, owner, options.on_failure)
        return well


def prepared(
    session: Session, profile: Profile, owner: Owner, options: UpOptions
) -> tuple[Profile, Desired, dict[str, ImageChoice]]:
    """See to it that nothing is in the way and the images are here.

    Returns:
        The profile with its generated passwords, what the instance should be, and those images.

    Raises:
        EnvcheckError: one could not be got; or the profile does not go with it.
    """
    found = seeds.find_seeds(profile)
    refuse_taken(session, profile, owner)
    profile = with_made_passwords(session, profile, owner)
    session.emit(ev.Section("Images"))
    choices = get_images(session, profile, owner, options)
    desired = desire(profile, owner, choices, found)
    refuse_anonymous_volumes(session, profile, desired)
    seeds.refuse_placeless(profile, desired)
    return profile, desired, choices


def _converge(
    session: Session, profile: Profile, owner: Owner, options: UpOptions, meanwhile: Meanwhile
) -> bool:
    """As `converge`, within its lock; whether every service is ready."""
    profile, desired, choices = prepared(session, profile, owner, options)
    meanwhile.prepare(desired, choices)
    observed = session.engine().observe()
    past = past_of(session, desired, observed, look=True)
    with session.settling("ports"):  # two instances would both find the same one free
        occupied = ports.Occupied(
            observed, ports.taken_ports(profile, past), session.held_elsewhere()
        )
        now = Situation(
            desired,
            observed,
            occupied.ports | set(occupied.promised),
            past,
            options.rerun_jobs,
            ports.spare_ports(session, desired, observed),
        )
        plan = decide_up(now)
        ports.hold(session, desired, plan)
    session.emit(ev.Section("Services"))
    for note in (*aside_notes(desired, observed), *seed_notes(now)):
        session.emit(ev.Note(note))
    ports.tell_others(session, desired, plan, occupied)
    services = targets(profile, desired, choices, observed)
    more = Extras(meanwhile.seeded, ports.Rebinding(session, desired))
    return run(session, owner, plan, services, fail_fast=options.fail_fast, extras=more)


def with_made_passwords(session: Session, profile: Profile, owner: Owner) -> Profile:
    """The profile with the passwords that are generated for it, new ones included.

    Raises:
        StepFailed: one is lost that data was made with.
    """
    whole = passwords.made(session, profile, owner.instance)
    if whole is not profile:
        tell_secrets(session, whole)
    return whole


def get_images(
    session: Session, profile: Profile, owner: Owner, options: UpOptions
) -> dict[str, ImageChoice]:
    """See to it that every service's image is here.

    Raises:
        EnvcheckError: one could not be got or built.
    """
    own = builds.builds_of(profile)
    wanted = builds.pins_of(profile, own)
    pins = pins_for(profile, wanted, strict=options.locked)
    if options.offline:
        pins = settled(pins)
        refuse_missing(session, profile, wanted, pins)
    found = images.ensure(session, wanted, owner.instance, pins)
    tell_locks(session, profile, pins, found)
    observed = session.engine().observe()
    plan = builds.plan_builds(owner, own, found, observed, offline=options.offline)
    tags = [builds.build_tag(owner.profile, build, found) for build in own.values()]
    builds.build_all(session, plan, tags, owner.instance)
    return builds.choose(profile, own, found)


def refuse_anonymous_volumes(session: Session, profile: Profile, desired: Desired) -> None:
    """Data lives in named volumes: an image's own volume must have one mounted on it.

    Raises:
        ProfileInvalid: a service's image declares a volume that nothing is mounted on.
    """
    problems: list[Problem] = []
    for name, service in desired.services.items():
        if service.job:
            continue  # what it leaves there goes with its container
        facts = session.engine().inspect_image(service.container.image)
        mounted = {mount.target.rstrip("/") for mount in service.container.mounts}
        place = profile.services[name].place
        problems += [
            Problem(
                place.file,
                place.line,
                place.column,
                f"{name}: the image keeps data in {path}, and no named volume is mounted there",
                f"add `volumes: [data:{path}]`",
            )
            for path in (facts.volumes if facts else ())
            if path.rstrip("/") not in mounted
        ]
    if problems:
        raise ProfileInvalid(problems)


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
