"""Who uses which image on the engine: what is on record, what others pin, what is unsure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.app.garbage import witness_of
from envcheck.core.foreign import labels_of
from envcheck.core.garbage import dead_containers
from envcheck.core.locked import locked_images
from envcheck.core.observed import name_on_engine
from envcheck.core.spec import Label
from envcheck.core.teardown import Known
from envcheck.host.lockfiles import locks_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envcheck.app.session import Session
    from envcheck.core.observed import Observed
    from envcheck.core.profile import Profile
    from envcheck.run.ledger import ImageRecord


def known(
    session: Session,
    instance: str,
    observed: Observed,
    profile: Profile | None = None,
    *,
    all: bool = False,
) -> Known:
    """What is known of the images on the engine, by image id.

    Args:
        session: has the ledger.
        instance: whose images they may be.
        observed: the engine as it is.
        profile: its profile, where that is at hand.
        all: whether everything of envcheck's goes, so that no profile's lock keeps an image.
    """
    records = session.ledger().images()
    brought: set[str] = set()
    before: set[str] = set()
    unsure: set[str] = set()
    elsewhere: dict[str, str] = {}
    names: set[str] = set()
    for record in records:
        image = observed.image(record.reference)
        if image is None:
            continue
        names.add(name_on_engine(record.reference))
        if instance in record.instances:
            (before if record.before else brought).add(image.id)
            unsure |= {image.id} if record.unsure else set()
        for other in sorted(record.instances - {instance}):
            elsewhere[image.id] = other
    locked: Mapping[str, str] = (
        {} if all else locked_images(_locks(instance, observed, profile), observed.images)
    )
    unknown = _without_record(instance, observed, records)
    dead = dead_containers(observed, witness_of(session, observed))
    return Known(
        frozenset(brought),
        frozenset(before),
        elsewhere,
        frozenset(names),
        locked,
        unknown,
        frozenset(seen.id for seen in dead),
        frozenset(unsure),
    )


def _without_record(
    instance: str, observed: Observed, records: tuple[ImageRecord, ...]
) -> tuple[str, ...]:
    """The other instances that stand here and of whose images nothing is on record.

    They are another user's, or were there when the ledger was lost.
    """
    recorded = {name for record in records for name in record.instances}
    return tuple(i for i in observed.standing() if i != instance and i not in recorded)


def _locks(instance: str, observed: Observed, profile: Profile | None) -> Iterator[tuple[str, str]]:
    """Name and text of each lockfile in the folders of all instances, but for the profile's own."""
    own = {
        (labels.get(Label.ROOT, ""), labels.get(Label.PROFILE, ""))
        for labels in labels_of(instance, observed)
    }
    own |= {(profile.root, profile.name)} if profile else set()
    roots = {folder for folder, _ in own} | {
        labels.get(Label.ROOT, "")
        for name in observed.instances()
        for labels in labels_of(name, observed)
    }
    for root in sorted(roots - {""}):
        mine = {profile for folder, profile in own if folder == root}
        yield from locks_in(root, mine)
