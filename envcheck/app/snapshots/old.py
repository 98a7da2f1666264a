"""Snapshots that were taken before data was destroyed, and that nobody came back for."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.app.snapshots.store import kept
from envcheck.core import events as ev
from envcheck.core.figures import ago
from envcheck.core.garbage import Garbage
from envcheck.host.snapshot_files import remove

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from envcheck.app.session import Session

AGE = timedelta(days=30)
# What a person has named is a person's, however old.
_BY_ITSELF = re.compile(r"before-(clean|reset|restore)-\d{8}T\d{6}Z")


def old_snapshots(session: Session) -> Iterator[Garbage]:
    """Those that are older than 30 days."""
    now = datetime.now(timezone.utc)
    for one in kept(session, ""):
        age = now - one.index.moment if one.index else timedelta()
        if age > AGE and _BY_ITSELF.fullmatch(one.name):
            command = f"envcheck snapshot remove {one.profile} {one.name}"
            why = f"saved by itself {ago(age.total_seconds())}"
            yield Garbage("snapshot", one.name, why, command, one.path, one.bytes)


def remove_old(session: Session, found: Iterable[Garbage]) -> None:
    """Remove those of what was found that are snapshots, and tell it.

    Raises:
        StepFailed: one cannot be removed.
    """
    for one in found:
        if one.kind == "snapshot":
            remove(Path(one.id))
            session.emit(ev.Note(f"snapshot {one.name} is removed: {one.why}"))
