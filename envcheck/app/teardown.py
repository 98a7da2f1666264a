"""down and clean: taking an instance away, and proving that it is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.app import passwords, variable_files
from envcheck.app.foreign import left_alone, refuse_elsewhere
from envcheck.app.garbage import sweep
from envcheck.app.image_uses import guarded
from envcheck.app.instances import by_name
from envcheck.app.known_images import known
from envcheck.app.loading import load, owner_of
from envcheck.app.losses import Losses
from envcheck.app.snapshots import seeded
from envcheck.app.snapshots.contents import holdings
from envcheck.app.snapshots.halves import without_halves
from envcheck.app.snapshots.safety import UNSAID, Wish, save_first
from envcheck.app.snapshots.taking import Source
from envcheck.core import events as ev
from envcheck.core import plan as p
from envcheck.core.commands import commands
from envcheck.core.decide import service_of
from envcheck.core.deeds import deeds_of
from envcheck.core.errors import ObjectConflict
from envcheck.core.foreign import labels_of
from envcheck.core.spec import Label
from envcheck.core.teardown import decide_clean, decide_down, leftovers
from envcheck.run.executor import execute
from envcheck.run.lookout import Lookout
from envcheck.run.perform import Performer

if TYPE_CHECKING:
    from collections.abc import Set

    from envcheck.app.session import Session
    from envcheck.core.observed import Observed
    from envcheck.core.plan import Plan
    from envcheck.core.profile import Profile
    from envcheck.run.executor import StepOutcome


@dataclass(frozen=True)
class CleanOptions:
    """What ``clean`` is told besides the profile.

    ``wish`` is about saving the data first, ``agreed`` says that nobody needs to be asked any more.
    """

    dry_run: bool = False
    keep_images: bool = False
    only: str = ""
    all: bool = False
    wish: Wish = UNSAID
    agreed: bool = False


def down(session: Session, name: str) -> None:
    """Remove an instance's containers and network; the data stays.

    Raises:
        EnvcheckError: a step failed.
    """
    instance, profile = _started(session, "down", name)
    engine = session.engine()
    with session.holding(instance, session.command):
        session.ledger().end_visit(instance)
        take_down(session, instance, profile=profile)
    held = [v.name for v in engine.observe().volumes if v.labels.get(Label.INSTANCE) == instance]
    for volume in held:
        session.emit(ev.Kept("volume", volume, "down keeps the data"))


def take_down(
    session: Session,
    instance: str,
    staying: Set[str] = frozenset(),
    *,
    profile: Profile | None = None,
) -> None:
    """Remove the containers of an instance, and its network, or those that are not to stay.

    Args:
        session: this run, which holds the instance.
        instance: what is taken down.
        staying: the services that go on running, and with them the network.
        profile: the instance's profile, where that is known.

    Raises:
        EnvcheckError: a step failed.
    """
    plan = decide_down(instance, session.engine().observe())
    if staying:
        plan = plan.only(
            lambda act: not isinstance(act, p.RemoveNetwork) and service_of(act) not in staying
        )
    outcomes = carry_out(session, plan)
    if not staying:
        variable_files.remove_all(session, instance, profile)
    _raise_first(outcomes)


def clean(session: Session, name: str, options: CleanOptions) -> None:
    """Remove everything of an instance, look again, and tell what was found.

    Raises:
        UsageError: not agreed to.
        EnvcheckError: the engine could not be asked.
    """
    if options.all:
        session.emit(ev.Started("clean"))
        for instance in session.engine().observe().instances():
            clean_one(session, instance, options)
        sweep(session, dry_run=options.dry_run)
        return
    instance, profile = _started(session, "clean", name)
    clean_one(session, instance, options, profile)


def _started(session: Session, command: str, name: str) -> tuple[str, Profile | None]:
    """Tell that the task begins; the instance that it is about, and its profile if that is named.

    With ``--instance`` and no profile named, no profile is needed: labels say what belongs to it.
    """
    if (instance := by_name(session)) and not name:
        session.emit(ev.Started(command, "", instance))
        return instance, None
    profile = load(session, name)
    owner = owner_of(session, profile)
    session.emit(ev.Started(command, profile.name, owner.instance, profile.description))
    refuse_elsewhere(session, owner)
    return owner.instance, profile


def clean_one(
    session: Session, instance: str, options: CleanOptions, profile: Profile | None = None
) -> None:
    """Remove everything of one instance, as `clean`; it has been told which task that is.

    Raises:
        EnvcheckError: as `clean`.
    """
    with session.holding(instance, session.command):
        _clean_held(session, instance, options, profile)


def _clean_held(
    session: Session, instance: str, options: CleanOptions, profile: Profile | None
) -> None:
    engine = session.engine()
    observed = engine.observe()
    plan, kept = _decided(session, instance, observed, options, profile)
    for thing in kept:
        session.emit(thing)
    losses = Losses(session, plan, observed, engine.volume_sizes)
    if options.dry_run:
        for lost in losses.removals():
            session.emit(lost)
        return
    _give_up(session, instance, options, losses)
    before = engine.disk_use()
    outcomes = carry_out(session, plan)
    _tell_what_stayed(session, outcomes)
    after = engine.observe()
    if not options.only:
        variable_files.remove_all(session, instance, profile)
    _forget_all(session, instance, options, after)
    session.emit(ev.Freed(max(0, before - engine.disk_use())))
    if not options.only:
        left = _left(instance, after, kept, options)
        _tell_left(session, left, outcomes)
        if not left:
            session.emit(ev.NothingLeft(instance, "its images" if options.keep_images else ""))


def _decided(
    session: Session,
    instance: str,
    observed: Observed,
    options: CleanOptions,
    profile: Profile | None,
) -> tuple[Plan, tuple[ev.Kept, ...]]:
    """What goes, as far as the options let it, and what stays with the reason."""
    uses = known(session, instance, observed, profile, all=options.all)
    plan, kept = decide_clean(instance, observed, uses)
    kept += left_alone(profile, instance, observed)
    return _narrowed(plan, options, observed), () if options.only else kept


def _give_up(session: Session, instance: str, options: CleanOptions, losses: Losses) -> None:
    """Have it agreed to, and the data saved first where that is wished.

    Raises:
        UsageError: not agreed to.
        EnvcheckError: the data could not be saved.
    """
    saving = options.wish.granted(session) and bool(losses.data)
    if losses.plan and not options.agreed:
        lines = () if session.yes else losses.lines()
        session.agree(lines, _question(instance, saving=saving), id="clean.not-agreed")
    if saving:
        _save(session, instance, options.only)


def _forget_all(session: Session, instance: str, options: CleanOptions, after: Observed) -> None:
    """Forget what is known of what is gone: jobs, passwords, seeds' states, uses of images."""
    session.ledger().forget_jobs(instance, options.only)
    passwords.forget(session, instance, after)
    seeded.forget(session, instance, options.only)
    if not options.only:
        forget(session, instance, after, images=not options.keep_images)


def _question(instance: str, *, saving: bool) -> str:
    first = "A snapshot of the volumes is saved first (--no-snapshot to skip). " if saving else ""
    return f"{first}Remove all this of {instance}, for good?"


def _save(session: Session, instance: str, only: str) -> None:
    """Save the data that is about to go; nothing is removed where that fails.

    Raises:
        EnvcheckError: it could not be saved.
    """
    observed = session.engine().observe()
    held = without_halves(session, holdings(instance, observed, only), observed)
    if held.volumes:
        label = held.volumes[0].labels.get(Label.PROFILE, instance)
        # What was stopped is not started again: it goes next.
        save_first(session, Source(held, label), "clean", lambda _stopped: None)


def _narrowed(plan: Plan, options: CleanOptions, observed: Observed) -> Plan:
    """The part of a plan that the options leave."""
    if options.keep_images or options.only:
        plan = plan.only(lambda act: not isinstance(act, p.RemoveImage))
    if options.only:
        plan = plan.only(lambda act: _concerns(act, options.only, observed))
    return plan


def _concerns(act: p.Act, service: str, observed: Observed) -> bool:
    match act:
        case p.RemoveContainer() | p.StopContainer():
            return act.service == service
        case p.RemoveVolume():
            seen = observed.volume(act.name)
            return seen is not None and seen.labels.get(Label.SERVICE) == service
        case _:
            return False


def carry_out(session: Session, plan: Plan) -> tuple[StepOutcome, ...]:
    """Carry out a plan that removes; what could not be removed is among the outcomes."""
    perform = Performer(session.engine(), Lookout(session.clock), session.emit, {})
    guarded_too = guarded(session, session.recording(perform))
    return execute(plan, guarded_too, abort=session.clock.stop)


def _raise_first(outcomes: tuple[StepOutcome, ...]) -> None:
    for outcome in outcomes:
        if outcome.error is not None:
            raise outcome.error


def _tell_what_stayed(session: Session, outcomes: tuple[StepOutcome, ...]) -> None:
    for outcome in outcomes:
        if isinstance(outcome.error, ObjectConflict) and isinstance(
            outcome.step.act, p.RemoveImage
        ):
            session.emit(ev.Kept("image", outcome.step.act.reference, outcome.error.what))
        elif outcome.error is not None:
            what = commands(outcome.step.act)
            session.emit(ev.Note(f"{' '.join(what)}: {outcome.error.what}"))


def forget(session: Session, instance: str, after: Observed, *, images: bool = True) -> None:
    """Strike an instance of which nothing is left off the ledger; ``images``: its images too."""
    ledger = session.ledger()
    if any(after.of_instance(instance)):
        return
    if not any(labels_of(instance, after)):
        ledger.forget_instance(instance)
    for record in ledger.images() if images else ():
        if instance in record.instances:
            ledger.forget_use(record.reference, instance)


def _left(
    instance: str, after: Observed, kept: tuple[ev.Kept, ...], options: CleanOptions
) -> tuple[tuple[ev.ObjectKind, str], ...]:
    """Everything that still bears the instance's label, except what stays on purpose."""
    on_purpose = {(thing.kind, thing.name) for thing in kept}
    return tuple(
        (kind, name)
        for kind, name in leftovers(instance, after)
        if (kind, name) not in on_purpose and not (options.keep_images and kind == "image")
    )


def _tell_left(
    session: Session,
    left: tuple[tuple[ev.ObjectKind, str], ...],
    outcomes: tuple[StepOutcome, ...],
) -> None:
    """Tell what was left behind, and what was in the way where that was seen."""
    failures = {_target(outcome.step): outcome.error for outcome in outcomes if outcome.error}
    for kind, name in left:
        error = failures.get((kind, name))
        reason = error.what if error else "it still bears the label of the instance"
        session.emit(ev.LeftBehind(kind, name, reason, error.id if error else ""))


def _target(step: p.Step) -> tuple[str, str]:
    """Kind and name of what a step removes."""
    deed = next((deed for deed in deeds_of(step.act) if deed.verb == "remove"), None)
    return (deed.kind, deed.name) if deed else ("", "")
