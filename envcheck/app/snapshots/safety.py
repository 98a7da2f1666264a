"""The snapshot that is taken before data is destroyed: whether, and of what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from envcheck.app.snapshots.store import place_for
from envcheck.app.snapshots.taking import take
from envcheck.core import events as ev
from envcheck.core.errors import UsageError
from envcheck.core.figures import size
from envcheck.core.snapshot import name_at
from envcheck.reporters.calling import call

if TYPE_CHECKING:
    from envcheck.app.session import Session
    from envcheck.app.snapshots.taking import Again, Source


@dataclass(frozen=True)
class Wish:
    """What was said of saving first; neither: where a terminal is there."""

    snapshot: bool = False
    no_snapshot: bool = False

    def granted(self, session: Session) -> bool:
        """Whether to save.

        Raises:
            UsageError: both were asked for.
        """
        if self.snapshot and self.no_snapshot:
            what = "--snapshot and --no-snapshot are opposites"
            raise UsageError(what, id="snapshot.contradiction")
        return self.snapshot or (session.terminal and not self.no_snapshot)


UNSAID = Wish()


def save_first(session: Session, source: Source, before: str, again: Again) -> str:
    """Take a snapshot under a name that says before what; the name.

    Raises:
        EnvcheckError: it could not be taken; nothing may be destroyed then.
    """
    name = f"before-{before}-{name_at(datetime.now(timezone.utc))}"
    place = place_for(session, source.label, name)
    index = take(session, source, place, again)
    bytes_taken = place.path.stat().st_size
    session.emit(
        ev.Note(
            f"saved first: snapshot {name} ({size(index.size)}, {size(bytes_taken)} packed); "
            f"`{_way_back(source, name)}` brings it back"
        )
    )
    return name


def _way_back(source: Source, name: str) -> str:
    up = call("envcheck", "up", source.label, source.held.instance)
    return f"{up} --from-snapshot {name}"
