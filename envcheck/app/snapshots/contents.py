"""Of what a snapshot is taken: an instance's volumes, who has them, what wrote them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix, ObjectConflict
from envcheck.core.observed import owned
from envcheck.core.reference import parse_reference
from envcheck.core.snapshot import SavedService
from envcheck.core.spec import Label, volume_name
from envcheck.services.catalogue import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.observed import Observed, SeenContainer, SeenVolume
    from envcheck.core.profile import Profile
    from envcheck.core.reference import Reference

RUNS = ("running", "restarting")


@dataclass(frozen=True)
class Holdings:
    """An instance's volumes, and the containers that have any of them mounted."""

    instance: str
    volumes: tuple[SeenVolume, ...]
    users: tuple[SeenContainer, ...]

    @property
    def running(self) -> tuple[SeenContainer, ...]:
        """Those of the containers that may be writing now."""
        return tuple(user for user in self.users if user.state in RUNS)

    def name_of(self, volume: SeenVolume) -> str:
        """A volume's name without that of its instance."""
        return volume.name.removeprefix(volume_name(self.instance, ""))


def holdings(instance: str, observed: Observed, only: str = "") -> Holdings:
    """What an instance holds, or one service of it."""
    volumes = tuple(
        volume
        for volume in observed.volumes
        if owned(volume.labels, instance) and only in ("", volume.labels.get(Label.SERVICE))
    )
    names = {volume.name for volume in volumes}
    users = tuple(c for c in observed.containers if names & {*c.volumes})
    return Holdings(instance, volumes, users)


def refuse_unstoppable(held: Holdings) -> None:
    """See that whoever writes into the volumes can be stopped for a while.

    Raises:
        ObjectConflict: a container is not ours, or is paused.
    """
    for user in held.users:
        if user.instance != held.instance and user.state in (*RUNS, "paused"):
            raise ObjectConflict(
                f"container {user.name}, which is not ours, has a volume of {held.instance}",
                id="snapshot.foreign-container",
                fix=Fix("stop it, and run this again", (f"docker stop {user.name}",)),
            )
        if user.state == "paused":
            raise ObjectConflict(
                f"container {user.name} is paused, so it cannot be stopped cleanly",
                id="snapshot.paused",
                fix=Fix("let it run again", (f"docker unpause {user.name}",)),
            )


def image_for(held: Holdings, volume: SeenVolume, observed: Observed) -> str:
    """An image to make a container of that has the volume; it is never started, so any will do.

    Nothing where there is no image on the engine at all.
    """
    users = (user.image_id for user in held.users if volume.name in user.volumes)
    others = (c.image_id for c in observed.of_instance(held.instance))
    here = {image.id for image in observed.images}
    # Small ones first: an image's own volumes are filled for nothing.
    by_size = (image.id for image in sorted(observed.images, key=lambda image: image.size))
    return next((id for id in (*users, *others, *by_size) if id in here), "")


def saved_services(
    held: Holdings, profile: Profile | None, pins: Mapping[str, Reference]
) -> tuple[SavedService, ...]:
    """The services for which the volumes were made, and what wrote into them.

    Args:
        held: the volumes.
        profile: what they are of, where that is known.
        pins: the image that each service's data is of, by the profile.
    """
    names = dict.fromkeys(volume.labels.get(Label.SERVICE, "") for volume in held.volumes)
    return tuple(_saved(name, held, profile, pins.get(name)) for name in names if name)


def _saved(
    name: str, held: Holdings, profile: Profile | None, pin: Reference | None
) -> SavedService:
    user = next((u for u in held.users if (u.instance, u.service) == (held.instance, name)), None)
    ran = _reference(user.image) if user else None
    service = profile.services.get(name) if profile else None
    kind = service.kind if service else _kind_of(ran)
    # What ran, not what the profile says now: its pin may have been changed since.
    told = ran if ran and kind and ran.base in KINDS[kind].images and ran.version else pin
    return SavedService(name, kind, str(told or ran or ""), user.image_id if user else "")


def _reference(text: str) -> Reference | None:
    try:
        return parse_reference(text)
    except ValueError:  # an image's id
        return None


def _kind_of(ran: Reference | None) -> str:
    base = ran.base if ran else ""
    return next((kind.name for kind in KINDS.values() if base in kind.images), "")
