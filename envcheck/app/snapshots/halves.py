"""Volumes that were being filled from a snapshot when the run was killed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from envcheck.app.snapshots.contents import image_for
from envcheck.app.snapshots.taking import look_labels
from envcheck.core.restoring import WHOLE, is_whole, unfinished
from envcheck.core.spec import Label

if TYPE_CHECKING:
    from envcheck.app.session import Session
    from envcheck.app.snapshots.contents import Holdings
    from envcheck.core.observed import Observed, SeenVolume
    from envcheck.core.spec import Owner


def halves_of(session: Session, held: Holdings, observed: Observed) -> frozenset[str]:
    """The names of those of the volumes that hold a part of a snapshot only."""
    restored = (volume for volume in held.volumes if Label.SNAPSHOT in volume.labels)
    return frozenset(v.name for v in restored if _is_half(session, held, v, observed))


def without_halves(session: Session, held: Holdings, observed: Observed) -> Holdings:
    """What is held as a whole: what is left of the rest is in a snapshot already."""
    halves = halves_of(session, held, observed)
    volumes = tuple(volume for volume in held.volumes if volume.name not in halves)
    left = {volume.name for volume in volumes}
    users = tuple(user for user in held.users if left & {*user.volumes})
    return replace(held, volumes=volumes, users=users)


def _is_half(session: Session, held: Holdings, volume: SeenVolume, observed: Observed) -> bool:
    image = image_for(held, volume, observed)
    if not image:
        return True
    engine, labels = session.engine(), look_labels(volume)
    return not is_whole(volume, engine.read_in_volume(volume.name, WHOLE, image, labels))


def refuse_halves_of(session: Session, owner: Owner, held: Holdings, observed: Observed) -> None:
    """See that all that would be saved is whole.

    Raises:
        UsageError: something is not.
    """
    for name in halves_of(session, held, observed):
        volume = next(volume for volume in held.volumes if volume.name == name)
        raise unfinished(owner, volume)
