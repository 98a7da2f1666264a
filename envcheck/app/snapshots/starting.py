"""Starting from a snapshot: its data takes the place of what is there, which is saved first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.app.builds import data_pins
from envcheck.app.passwords import take_over
from envcheck.app.snapshots import restoring
from envcheck.app.snapshots.contents import holdings
from envcheck.app.snapshots.file import open_snapshot
from envcheck.app.snapshots.halves import without_halves
from envcheck.app.snapshots.safety import save_first
from envcheck.app.snapshots.store import find, verified
from envcheck.app.snapshots.taking import Source
from envcheck.core import events as ev
from envcheck.core.figures import size
from envcheck.core.foreign import refuse_foreign
from envcheck.host.snapshot_files import opened

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from envcheck.app.session import Session
    from envcheck.app.snapshots.file import Snapshot
    from envcheck.app.snapshots.restoring import Goal
    from envcheck.core.desired import Desired
    from envcheck.core.observed import Observed
    from envcheck.core.profile import Profile
    from envcheck.core.spec import Owner
    from envcheck.services.desired import ImageChoice

_CAUSE = "a snapshot takes its place"


def start_from(
    session: Session, profile: Profile, owner: Owner, word: str, *, save_first: bool = True
) -> Start:
    """What starts from the snapshot that a word means; its index is looked at already.

    Raises:
        UsageError: there is no such snapshot, or its data is not for these databases.
    """
    path = find(session, profile.name, word)
    with opened(path) as file:
        index = open_snapshot(file).index
    restoring.refuse_other_version(index, profile, data_pins(profile))
    with session.holding(owner.instance, session.command):
        take_over(session, profile, owner.instance, index.passwords)
    return Start(session, profile, owner, path, save_first)


@dataclass(frozen=True)
class Start:
    """Puts a snapshot in the place of an instance's data; called before anything is decided.

    Attributes:
        path: the snapshot's file.
        save_first: whether what is there is saved before.
    """

    session: Session
    profile: Profile
    owner: Owner
    path: Path
    save_first: bool = True

    def __call__(self, desired: Desired, _choices: Mapping[str, ImageChoice]) -> None:
        """Do it.

        Raises:
            UsageError: the snapshot does not fit, or it was not agreed to; nothing was done.
            EnvcheckError: something could not be done.
        """
        with verified(self.session, self.path) as snapshot:
            wanted = restoring.goals(snapshot.index, self.profile, desired)
            observed = self.session.engine().observe()
            refuse_foreign(desired, observed)
            names = tuple(goal.spec.name for goal in wanted)
            restoring.refuse_foreign_users(self.owner.instance, names, observed)
            restoring.refuse_full_disk(self.session, wanted)
            self._give_up(snapshot, wanted, observed)
            restoring.take_away(self.session, self.owner.instance, names, _CAUSE, graceful=True)
            restoring.fill(self.session, snapshot, wanted)
            self._tell_others(names, desired)

    def _give_up(self, snapshot: Snapshot, wanted: tuple[Goal, ...], observed: Observed) -> None:
        """Ask for the data that is there, and save it."""
        held = holdings(self.owner.instance, observed)
        lost = without_halves(self.session, held, observed)
        sizes = self.session.engine().volume_sizes()
        names = {goal.spec.name for goal in wanted}
        full = [v.name for v in lost.volumes if v.name in names and sizes.get(v.name, 0)]
        if not full:
            return
        lines = [f"volume     {name}   {size(sizes[name])}" for name in full]
        when = f"snapshot '{snapshot.index.name}' of {snapshot.index.created}"
        first = "It is saved first." if self.save_first else "It is not saved."
        question = f"Replace this data by {when}? {first}"
        self.session.agree(lines, question, id="snapshot.not-agreed")
        if self.save_first:
            label = self.profile.name
            source = Source(lost, label, self.profile)
            save_first(self.session, source, "restore", lambda _stopped: None)

    def _tell_others(self, names: tuple[str, ...], desired: Desired) -> None:
        """Say what of the instance's data is not from the snapshot."""
        observed = self.session.engine().observe()
        for service in desired.services.values():
            for volume in service.volumes:
                if volume.name not in names and observed.volume(volume.name) is not None:
                    text = f"volume {volume.name} is not in the snapshot, and stays as it was"
                    self.session.emit(ev.Note(text))
