"""Snapshots that nobody has asked for in a long time: told, and removed only by a person.

They are data, and often the only copy of it. So `--yes` does not cover them: a script that tidies
up every night must not be what loses them.
"""

from __future__ import annotations

import shlex
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.app.snapshots.store import kept
from envcheck.core import events as ev
from envcheck.core.errors import UsageError
from envcheck.core.figures import size
from envcheck.core.garbage import Garbage
from envcheck.host.snapshot_files import remove

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from envcheck.app.session import Session

DAYS = 30
"""After so many a snapshot is old."""


def old_snapshots(session: Session) -> Iterator[Garbage]:
    """The snapshots in the user's state folder that are old."""
    now = datetime.now(timezone.utc)
    for one in kept(session, ""):
        days = (now - one.index.moment).days if one.index else 0
        if days >= DAYS:
            command = shlex.join(["envcheck", "snapshot", "remove", one.profile, one.name])
            name = f"{one.profile}/{one.name}"
            yield Garbage("snapshot", name, f"made {days} days ago", command, one.path, one.bytes)


def offer_removal(session: Session, found: Sequence[Garbage]) -> None:
    """Remove old snapshots if a person says so to this very question; otherwise say that they stay.

    Raises:
        StepFailed: one cannot be removed.
    """
    if not found:
        return
    if _agreed(session, found):
        for one in found:
            remove(Path(one.id))
            session.emit(ev.Note(f"snapshot {one.name} is removed"))
        return
    session.emit(ev.Note(f"{len(found)} old snapshots stay; `status` tells how to remove each"))


def _agreed(session: Session, found: Sequence[Garbage]) -> bool:
    if session.yes or session.ask is None:
        return False
    lines = tuple(f"{one.name}   {size(one.size or 0)}   {one.why}" for one in found)
    try:
        session.agree(lines, "Remove these old snapshots too, for good?", id="snapshot.not-agreed")
    except UsageError:
        return False
    return True
