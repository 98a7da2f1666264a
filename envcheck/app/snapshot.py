"""snapshot save, list, restore and remove."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.app.builds import data_pins
from envcheck.app.checking.running import running
from envcheck.app.foreign import refuse_elsewhere
from envcheck.app.loading import flagged, load, owner_of, tell_warnings
from envcheck.app.snapshots.again import ready_again, refuse_jobs
from envcheck.app.snapshots.contents import holdings
from envcheck.app.snapshots.halves import refuse_halves_of
from envcheck.app.snapshots.starting import start_from
from envcheck.app.snapshots.store import kept, kept_file, place_for
from envcheck.app.snapshots.taking import Source, take
from envcheck.app.up import DEFAULTS, Meanwhile, converge, prepared
from envcheck.core import events as ev
from envcheck.core.errors import Fix, UsageError
from envcheck.core.figures import size
from envcheck.core.snapshot import is_name
from envcheck.host.profiles import known
from envcheck.host.snapshot_files import remove
from envcheck.reporters.calling import call

if TYPE_CHECKING:
    from envcheck.app.session import Session
    from envcheck.app.snapshots.store import Kept

ACTIONS = ("save", "list", "restore", "remove")


@dataclass(frozen=True)
class Saved:
    """What was saved: name and file, bytes unpacked and packed, volumes, and how long it took."""

    name: str
    path: str
    size: int
    bytes: int
    volumes: tuple[str, ...]
    seconds: float


def fit_flags(action: str, *, output: str, no_snapshot: bool) -> None:
    """See that `snapshot` was told what to do, and nothing that does not go with it.

    Raises:
        UsageError: it was not.
    """
    fix = Fix("one of these:", tuple(f"envcheck snapshot {use}" for use in _USES))
    if action not in ACTIONS:
        told = f"'{action}' is none of them" if action else "nothing was given"
        text = f"snapshot can do four things, {', '.join(ACTIONS)}, and {told}"
        raise UsageError(text, id="snapshot.which-action", fix=fix)
    if output and action != "save":
        raise UsageError("-o goes with `snapshot save`", id="snapshot.which-action", fix=fix)
    if no_snapshot and action != "restore":
        text = "--no-snapshot goes with `snapshot restore`"
        raise UsageError(text, id="snapshot.which-action", fix=fix)


_USES = (
    "save PROFILE [NAME] [-o FILE]",
    "list [PROFILE]",
    "restore PROFILE NAME|FILE [--no-snapshot]",
    "remove PROFILE NAME",
)


def save(session: Session, name: str, called: str, output: str) -> Saved:
    """Save every volume of an instance.

    Raises:
        UsageError: there is nothing to save, or no such place for it.
        EnvcheckError: it could not be saved; there is no snapshot then.
    """
    begun = time.monotonic()
    profile = load(session, name)
    owner = owner_of(session, profile)
    session.emit(ev.Started("snapshot save", profile.name, owner.instance, profile.description))
    refuse_elsewhere(session, owner)
    place = place_for(session, profile.name, called, output)
    with session.holding(owner.instance, session.command):
        observed = session.engine().observe()
        held = holdings(owner.instance, observed)
        if not held.volumes:
            raise UsageError(
                f"{owner.instance} has no volumes, so there is nothing to save",
                id="snapshot.nothing",
            )
        refuse_jobs(profile, held)
        refuse_halves_of(session, owner, held, observed)
        source = Source(held, profile.name, profile, data_pins(profile))
        again = ready_again(session, profile, owner, running(profile, owner, observed))
        index = take(session, source, place, again)
    volumes = tuple(volume.name for volume in index.volumes)
    packed, seconds = place.path.stat().st_size, time.monotonic() - begun
    saved = Saved(place.name, str(place.path), index.size, packed, volumes, seconds)
    back = call("envcheck", "snapshot restore", profile.name, owner.instance)
    session.emit(ev.Note(_said(saved, back, output or saved.name)))
    return saved


def _said(saved: Saved, back: str, word: str) -> str:
    count = f"{len(saved.volumes)} volumes" if len(saved.volumes) != 1 else "1 volume"
    what = f"{count}, {size(saved.size)}, {size(saved.bytes)} packed, in {saved.seconds:.1f} s"
    return f"snapshot {word}: {what}; `{back} {word}` brings it back"


def restore(session: Session, name: str, word: str, *, save_first: bool) -> None:
    """Put a snapshot into an instance's volumes. What runs of it runs again afterwards.

    Raises:
        UsageError: there is no such snapshot, it does not fit, or it was not agreed to.
        EnvcheckError: it could not be put there.
    """
    profile = load(session, name)
    owner = owner_of(session, profile)
    session.emit(ev.Started("snapshot restore", profile.name, owner.instance, profile.description))
    refuse_elsewhere(session, owner)
    tell_warnings(session, profile)
    start = start_from(session, profile, owner, word, save_first=save_first)
    with session.holding(owner.instance, session.command):
        seen = session.engine().observe().of_instance(owner.instance)
        if any(container.state == "running" for container in seen):
            converge(session, profile, owner, DEFAULTS, Meanwhile(prepare=start))
        else:
            session.ledger().know(owner)
            _, desired, choices = prepared(session, profile, owner, DEFAULTS)
            start(desired, choices)
            session.emit(
                ev.Note(f"`{call('envcheck', 'up', owner.profile, owner.instance)}` starts with it")
            )


def listed(session: Session, name: str) -> tuple[Kept, ...]:
    """The snapshots of a profile, or of every profile; no engine is needed.

    Raises:
        UsageError: a profile is named, and there is none of that name, here or among snapshots.
    """
    session.emit(ev.Started("snapshot list", name))
    found = kept(session, _profile_name(session, name) if name else "")
    instance = flagged(session, name)
    return tuple(k for k in found if k.index is None or instance in ("", k.index.instance))


def _profile_name(session: Session, name: str) -> str:
    """The profile's own name; one that is not in this folder may have snapshots all the same."""
    if is_name(name) and name not in known() and kept(session, name):
        return name
    return load(session, name).name


def discard(session: Session, name: str, called: str) -> None:
    """Remove a snapshot.

    Raises:
        UsageError: there is none of that name, or it was not agreed to.
        StepFailed: it cannot be removed.
    """
    session.emit(ev.Started("snapshot remove", name))
    profile = _profile_name(session, name)
    path = kept_file(session, profile, called)
    lines = (f"{called}   {size(path.stat().st_size)}   {path}",)
    session.agree(lines, f"Remove this snapshot of {profile}, for good?", id="snapshot.not-agreed")
    remove(path)
    session.emit(ev.Note(f"snapshot {called} of {profile} is removed"))
