"""A profile's lockfile as `up`, `plan` and `check` go by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.app.builds import builds_of, pins_of
from envcheck.core import events as ev
from envcheck.core.errors import Fix, UsageError
from envcheck.core.lockfile import Lockfile, read_lockfile
from envcheck.core.pins import Pins
from envcheck.core.reference import short_digest
from envcheck.host.lockfiles import lock_path, read_lock_text
from envcheck.images.recipes import load_recipes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envcheck.app.session import Session
    from envcheck.core.profile import Profile
    from envcheck.core.reference import Reference
    from envcheck.images.sources import Finding


def lock_of(profile: Profile) -> Lockfile | None:
    """A profile's lockfile, or None where it has none.

    Raises:
        UsageError: it cannot be read.
        ProfileInvalid: its text is wrong.
    """
    text = read_lock_text(profile)
    return None if text is None else read_lockfile(text, str(lock_path(profile)))


def pins_for(profile: Profile, wanted: Sequence[Reference], *, strict: bool = False) -> Pins:
    """The locks of the images that a profile wants, and the recipes that may stand in for them.

    Args:
        profile: whose they are.
        wanted: all that it pins.
        strict: whether every one must be locked, and nothing else be.

    Raises:
        UsageError: strict, and the lockfile is missing or stale; or it cannot be read.
        ProfileInvalid: its text is wrong.
    """
    lock = lock_of(profile)
    if strict:
        _refuse_stale(profile, lock, wanted)
    return Pins(lock or Lockfile(), strict, load_recipes(profile.root))


def fit_lock(profile: Profile, *, strict: bool = False) -> Pins:
    """The locks of all that a profile pins.

    Raises:
        UsageError: as `pins_for`; or what is to be built cannot be read.
        ProfileInvalid: as `pins_for`; or a Dockerfile starts from an image that is not pinned.
    """
    return pins_for(profile, pins_of(profile, builds_of(profile)), strict=strict)


def _refuse_stale(profile: Profile, lock: Lockfile | None, wanted: Sequence[Reference]) -> None:
    path = lock_path(profile)
    fix = Fix("make it, and commit it", (f"envcheck lock {profile.name}",))
    if lock is None:
        raise UsageError(
            f"there is no {path}, and --locked asks for it", id="lock.missing", fix=fix
        )
    apart = stale(lock, wanted)
    if apart:
        text = f"{path} does not fit the profile: {', '.join(apart)}"
        raise UsageError(text, id="lock.stale", fix=fix)


def stale(lock: Lockfile, wanted: Sequence[Reference]) -> tuple[str, ...]:
    """In what a lockfile does not fit what is wanted, in plain words."""
    return (
        *(f"{reference} is not locked" for reference in lock.missing(wanted)),
        *(f"{reference} is locked and not used" for reference in lock.surplus(wanted)),
    )


def tell_locks(
    session: Session,
    profile: Profile,
    pins: Pins,
    found: Mapping[Reference, Finding],
) -> None:
    """Say where what is used is not what is locked: new pins, and stand-ins built from packages."""
    if not pins.lock.images:
        return
    if missing := pins.lock.missing(found):
        names = ", ".join(map(str, missing))
        text = f"not in {lock_path(profile)}: {names}; `envcheck lock {profile.name}` adds it"
        session.emit(ev.Note(text))
    for reference, finding in found.items():
        if finding.source == "recipe" and (locked := pins.locked(reference)):
            digest = f"{short_digest(locked.digest)}…"
            text = f"{reference} is locked to {digest}, and a recipe stands in for it"
            session.emit(ev.Note(text))
