"""The state right after seeding, kept so that `reset` need not apply a large seed again.

It is known by what it was made from: seed, image, and the container's settings. It is not one of
the user's snapshots, and goes with its instance.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.app.places import state_folder
from envcheck.app.snapshots.contents import holdings
from envcheck.app.snapshots.file import open_snapshot
from envcheck.app.snapshots.restoring import Goal, fill, take_away
from envcheck.app.snapshots.taking import Place, Source, start_again, take
from envcheck.core import events as ev
from envcheck.core.errors import EnvcheckError, SnapshotInvalid
from envcheck.core.spec import Label, fingerprint
from envcheck.host.snapshot_files import ENDING, opened, remove

if TYPE_CHECKING:
    from pathlib import Path

    from envcheck.app.session import Session
    from envcheck.core.desired import Desired, DesiredService
    from envcheck.core.plan import ApplySeed

PAYS = 3.0
"""Seconds of seeding from which on its outcome is worth keeping: below that a `reset` gains one
second by it, and the first one loses two."""


@dataclass
class SeededStates:
    """The kept states of one instance, in one run."""

    session: Session
    desired: Desired

    def put_back(self) -> None:
        """Fill what volumes can be filled from kept states; none of them may be there.

        One that cannot be used is thrown away, and its service is seeded instead.
        """
        for service in self.desired.services.values():
            path = self._path(service)
            if path is not None and path.is_file():
                self._put_back(service, path)

    def _put_back(self, service: DesiredService, path: Path) -> None:
        spec = service.volumes[0]
        try:
            with opened(path) as file:
                snapshot = open_snapshot(file)
                # Not read through before: it is ours, and what it is for can be made again.
                fill(
                    self.session,
                    snapshot,
                    [Goal(snapshot.index.volumes[0], service, spec)],
                    seeded=True,
                )
        except SnapshotInvalid:
            remove(path)
            self._begin_anew(spec.name)
        except EnvcheckError as error:
            self.session.emit(ev.Note(f"{service.name} is seeded anew: {error.what}"))
            remove(path)
            self._begin_anew(spec.name)

    def _begin_anew(self, volume: str) -> None:
        instance = self.desired.owner.instance
        take_away(self.session, instance, (volume,), "it is half filled", graceful=False)

    def keep(self, act: ApplySeed, seconds: float) -> None:
        """Keep what a seed has made, where that took long; what cannot be kept is no failure."""
        service = self.desired.services[act.service]
        path = self._path(service)
        if path is None or seconds < PAYS:
            return
        forget(self.session, self.desired.owner.instance, act.service)
        instance = self.desired.owner.instance
        held = holdings(instance, self.session.engine().observe(), act.service)
        source = Source(held, self.desired.owner.profile)
        place = Place("seeded", path)
        try:
            take(self.session, source, place, start_again(self.session), read_back=False)
        except EnvcheckError as error:
            self.session.emit(
                ev.Note(f"what its seed has made of {act.service} is not kept: {error.what}")
            )

    def _path(self, service: DesiredService) -> Path | None:
        """Where a service's state is kept; None for one that has none, or more than one volume."""
        if service.seed is None or len(service.volumes) != 1:
            return None
        image = self.session.engine().inspect_image(service.container.image)
        parts = {
            "seed": service.seed.fingerprint,
            "image": image.id if image else "",
            "container": service.container.labels[Label.FINGERPRINT],
        }
        folder = _folder(self.session, self.desired.owner.instance)
        return folder / f"{service.name}@{fingerprint(parts)}{ENDING}"


def _folder(session: Session, instance: str) -> Path:
    return state_folder(session.environ) / "seeded" / instance


def forget(session: Session, instance: str, service: str = "") -> None:
    """Throw away what is kept of an instance, or of one service of it."""
    folder = _folder(session, instance)
    if not service:
        shutil.rmtree(folder, ignore_errors=True)
    for path in folder.glob(f"{service}@*"):
        remove(path)
