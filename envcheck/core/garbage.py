"""What is left of envcheck's own on an engine and is nobody's any more. Pure.

A container for one command is left over where the process that would have removed it is dead. Where
that cannot be told from here (another machine's, another user's hidden process) its age tells: such
a command has two minutes. An image is left over where no instance is on record that uses it, no
container was made from it, and nobody builds right now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from envcheck.core.recipe import is_candidate
from envcheck.core.recipes import is_stand_in
from envcheck.core.spec import RECIPE_BASE, Label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Set

    from envcheck.core.observed import Observed, SeenContainer, SeenImage

AGE = 600.0
"""Seconds after which what is there for a moment is left over, whoever made it."""

Kind = Literal["instance", "run", "container", "image", "snapshot"]


@dataclass(frozen=True)
class Garbage:
    """Something that is nobody's any more.

    Attributes:
        kind: what it is; an instance and a run are removed by what is done about the instance.
        name: what people call it.
        why: how it is known to be left over.
        command: what removes it.
        id: by which the engine knows it, or a run's number in the ledger.
        size: bytes, where that is known.
    """

    kind: Kind
    name: str
    why: str
    command: str
    id: str = ""
    size: int | None = None


@dataclass(frozen=True)
class Witness:
    """What the engine's objects alone do not tell.

    Attributes:
        lives: whether the process with a mark lives; None where that cannot be told.
        now: seconds since the epoch by the engine's clock.
        used: ids of the images that instances use, as far as is on record.
        sure: whether that is all: no instance stands here of which nothing is on record.
        building: whether somebody builds images right now.
    """

    lives: Callable[[str], bool | None]
    now: float
    used: Set[str]
    sure: bool = True
    building: bool = False

    def old(self, seen: SeenContainer | SeenImage) -> bool:
        """Whether it was made longer ago than anything lasts that is there for a moment."""
        return 0 < seen.created < self.now - AGE


def dead_containers(observed: Observed, witness: Witness) -> tuple[SeenContainer, ...]:
    """The containers for one command that nobody will remove any more."""
    return tuple(seen for seen in observed.containers if _is_dead(seen, witness))


def _is_dead(seen: SeenContainer, witness: Witness) -> bool:
    mark = seen.labels.get(Label.PROCESS, "")
    if not mark:  # a service's container, or what somebody runs of an image of ours
        return False
    lives = witness.lives(mark)
    return witness.old(seen) if lives is None else not lives


def garbage(observed: Observed, witness: Witness) -> Iterator[Garbage]:
    """The containers and images that are left over, in an order in which they can be removed."""
    dead = dead_containers(observed, witness)
    for seen in dead:
        why = "made for one command, by a process that is dead"
        yield Garbage("container", seen.name, why, f"docker rm -f -v {seen.name}", seen.id)
    if witness.building:
        return
    gone = {seen.id for seen in dead}
    busy = {seen.image_id for seen in observed.containers if seen.id not in gone} | witness.used
    if any(image.id in busy and is_stand_in(image) for image in observed.images):
        busy |= {image.id for image in observed.images if _is_base(image)}  # they build upon it
    found = [image for image in observed.images if image.id not in busy and image.made_here]
    for image in sorted(found, key=_is_base):
        why = _why(image, witness)
        if why:
            name = image.tags[0] if image.tags else image.id
            yield Garbage("image", name, why, f"docker rmi {name}", image.id, image.size)


def _why(image: SeenImage, witness: Witness) -> str:
    """Why an image that nothing on record uses is left over; nothing where it is not."""
    if Label.INSTANCE in image.labels:
        return ""  # the instance's own: it goes with that
    if any(map(is_candidate, image.tags)):
        return "a build that was broken off left it" if witness.old(image) else ""
    if not image.tags:
        return "a build left it without a name" if witness.old(image) else ""
    if is_stand_in(image) and witness.sure:
        return "made from a recipe, and no instance uses it"
    return ""


def _is_base(image: SeenImage) -> bool:
    return image.labels.get(Label.RECIPE) == RECIPE_BASE
