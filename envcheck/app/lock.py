"""lock: a profile's lockfile, from what the registries say. Nothing is pulled."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from envcheck.app.locking import lock_of
from envcheck.app.pinned import begin, registries
from envcheck.core import events as ev
from envcheck.core import relock
from envcheck.core.lockfile import LockedImage, LockedPlatform, Lockfile, dump_lockfile
from envcheck.host.lockfiles import write_lock_text

if TYPE_CHECKING:
    from envcheck.app.pinned import Pinned
    from envcheck.app.session import Session
    from envcheck.core.reference import Reference
    from envcheck.core.relock import LockChange
    from envcheck.images.registry.asking import Registries

ALL = "*"
"""Stands for every service; none can have this name."""


def lock(session: Session, name: str, *, upgrade: str = "") -> tuple[LockChange, ...]:
    """Write a profile's lockfile: what is locked stays as it is, unless it is to move on.

    Args:
        session: this run.
        name: the profile.
        upgrade: the service whose images move on to what their tags are now; `ALL` for every one.

    Raises:
        EnvcheckError: a registry could not be asked; the file is left as it was then.
    """
    pinned = begin(session, "lock", name)
    old = lock_of(pinned.profile)
    before = old or Lockfile()
    asked = relock.to_resolve(before, pinned.images, _to_move(pinned, upgrade))
    kept = {r: before.images[r] for r in pinned.images if r not in asked}
    with registries(session) as known:
        resolved = {reference: _resolved(session, known, reference) for reference in asked}
    new = Lockfile({**kept, **resolved})
    found = relock.changes(before, new, pinned.images)
    if old is None or any(change.turn != "kept" for change in found):
        write_lock_text(pinned.profile, dump_lockfile(new, pinned.profile.name))
    return found


def _to_move(pinned: Pinned, upgrade: str) -> tuple[Reference, ...]:
    if upgrade == ALL:
        return pinned.images
    return pinned.of_service(upgrade) if upgrade else ()


def _resolved(session: Session, known: Registries, reference: Reference) -> LockedImage:
    begun = time.monotonic()
    id, title = f"lock.{reference}", str(reference)
    session.emit(ev.CheckStarted(id, title))
    answer = known.image(reference)
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    platforms = {
        name: LockedPlatform(image.digest, image.config.digest, image.size)
        for name, image in answer.value.platforms.items()
    }
    names = [*platforms]
    text = names[0] if len(names) == 1 else f"{len(names)} platforms"
    text += f", said the mirror {answer.place.host}" if answer.place.mirror else ""
    seconds = time.monotonic() - begun
    session.emit(ev.Checked(ev.Result(id, title, "pass", text, seconds, (answer.value.digest,))))
    return LockedImage(reference, answer.value.digest, now, platforms)
