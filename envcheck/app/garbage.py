"""What is left over on this engine: finding it, and taking it away with proof."""

from __future__ import annotations

import shlex
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from envcheck.app.foreign import is_gone
from envcheck.app.image_uses import guarded
from envcheck.app.snapshots.old import old_snapshots, remove_old
from envcheck.app.state import holder, settled_by
from envcheck.core import events as ev
from envcheck.core.errors import ObjectConflict, StepFailed
from envcheck.core.figures import size
from envcheck.core.foreign import labels_of
from envcheck.core.garbage import Garbage, Witness
from envcheck.core.garbage import garbage as left_over
from envcheck.core.plan import PlanBuilder, RemoveContainer, RemoveImage
from envcheck.core.spec import Label
from envcheck.engine.engine_facts import clock_skew
from envcheck.host.processes import lives
from envcheck.run.executor import execute
from envcheck.run.lookout import Lookout
from envcheck.run.perform import Performer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.app.session import Session
    from envcheck.core.observed import Observed
    from envcheck.core.plan import Plan


def find(session: Session) -> tuple[Garbage, ...]:
    """Everything of envcheck's on this engine that is nobody's any more.

    Raises:
        EnvcheckError: the engine could not be asked.
    """
    observed = session.engine().observe()
    witness = witness_of(session, observed)
    return (
        *_gone(session, observed),
        *_broken_off(session),
        *left_over(observed, witness),
        *old_snapshots(session),
    )


def witness_of(session: Session, observed: Observed) -> Witness:
    """What is known besides of what stands on the engine.

    Where there can be no ledger, every image may be in use.
    """
    used: set[str] = set()
    sure, building = False, False
    try:
        records = session.ledger().images()
        building = settled_by(session.folder(), "recipes") is not None
    except StepFailed as error:
        session.emit(ev.Note(f"what uses which image cannot be told: {error.what}"))
    else:
        recorded = {name for record in records for name in record.instances}
        sure = all(name in recorded for name in observed.standing())
        seen = (observed.image(record.reference) for record in records if record.instances)
        used = {image.id for image in seen if image is not None}
    return Witness(lives, engine_time(session), frozenset(used), sure, building)


def engine_time(session: Session) -> float:
    """The engine's own clock: what it made is dated by that."""
    now = datetime.now(timezone.utc)
    return now.timestamp() + (clock_skew(session.engine().info(), now) or 0.0)


def _gone(session: Session, observed: Observed) -> Iterator[Garbage]:
    """Instances whose folder is gone."""
    for name in observed.instances():
        roots = (labels.get(Label.ROOT, "") for labels in labels_of(name, observed))
        root = next(filter(None, roots), "")
        if root and is_gone(session, root):
            clean = shlex.join(["envcheck", "clean", "--instance", name])
            yield Garbage("instance", name, f"its folder {root} is gone", clean)


def _broken_off(session: Session) -> Iterator[Garbage]:
    """Runs that were killed: nobody holds their instance, and they have not come to their end."""
    try:
        runs = session.ledger().runs()
    except StepFailed:
        return
    for run in runs:
        if holder(session.folder(), run.instance) is None:
            about = next((f", about to {deed}" for deed in run.deeds if not deed.done), "")
            why = f"`{run.command}` (process {run.pid}, begun {run.begun}) was killed{about}"
            clean = shlex.join(["envcheck", "clean", "--instance", run.instance])
            yield Garbage("run", run.instance, why, clean, str(run.id))


def sweep(session: Session, *, dry_run: bool) -> None:
    """Take away what is left over, after asking; look again, and tell what was found.

    Instances are not its business: they are cleaned like any other.

    Raises:
        UsageError: not agreed to.
        EnvcheckError: the engine could not be asked.
    """
    found = find(session)
    things = tuple(one for one in found if one.kind in ("container", "image"))
    snapshots = tuple(one for one in found if one.kind == "snapshot")
    if dry_run:
        for one in things:
            session.emit(ev.WouldRemove(_object(one), one.name, one.size))
        for one in snapshots:
            session.emit(ev.Note(f"would remove {_line(one)}"))
        return
    if lines := tuple(map(_line, (*things, *snapshots))):
        session.agree(lines, "Remove what is left over?", id="clean.not-agreed")
    remove_old(session, snapshots)
    perform = Performer(session.engine(), Lookout(session.clock), session.emit, {})
    outcomes = execute(_plan(things), guarded(session, perform), abort=session.clock.stop)
    for outcome in outcomes:
        if isinstance(outcome.error, ObjectConflict):
            session.emit(ev.Note(outcome.error.what))
    for one in found:
        if one.kind == "run" and holder(session.folder(), one.name) is None:
            session.ledger().end_run(int(one.id))
    _prove(session)


def _plan(things: tuple[Garbage, ...]) -> Plan:
    build = PlanBuilder()
    earlier: list[tuple[str, str]] = []
    for one in things:
        key = (one.kind, one.id)
        act = (
            RemoveContainer(one.id, one.name, "")
            if one.kind == "container"
            else RemoveImage(one.name, one.size or 0)
        )
        build.add(act, one.why, key=key, after=tuple(earlier))
        earlier.append(key)
    return build.plan()


def _prove(session: Session) -> None:
    """Look again: what is still there was left behind."""
    left = [one for one in find(session) if one.kind in ("container", "image")]
    for one in left:
        session.emit(ev.LeftBehind(_object(one), one.name, one.why))
    if not left:
        session.emit(ev.Note("looked again: nothing is left over on this engine"))


def _object(one: Garbage) -> ev.ObjectKind:
    return "container" if one.kind == "container" else "image"


def _line(one: Garbage) -> str:
    much = f"   {size(one.size)}" if one.size else ""
    return f"{one.kind:<10} {one.name}{much}   {one.why}"
