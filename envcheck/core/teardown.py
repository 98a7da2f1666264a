"""Decisions about taking an instance away: what goes, in which order, and what stays and why. Pure.

Only what bears the instance's own labels goes. An image goes where the instance brought it and
nobody else uses it; what is uncertain is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envcheck.core.events import Kept
from envcheck.core.observed import Observed, SeenImage, owned
from envcheck.core.plan import (
    Plan,
    PlanBuilder,
    RemoveContainer,
    RemoveImage,
    RemoveNetwork,
    RemoveVolume,
    StopContainer,
)
from envcheck.core.recipe import BY_HAND
from envcheck.core.spec import LOCAL_REGISTRY, RECIPE_BASE, Label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Set

    from envcheck.core.events import ObjectKind

_ASKED = "down keeps the data and removes the rest"
_CLEANED = "clean removes everything of the instance"
_LEFT_OVER = "made for one command, by a process that is dead"


@dataclass(frozen=True)
class Known:
    """What the ledger knows of the images on this engine, by image id.

    Attributes:
        brought: images that this instance uses and envcheck brought to the engine.
        before: images that this instance uses and that stood here before envcheck did anything.
        elsewhere: images that other instances use, with the name of one of them.
        names: the names by which instances got images; somebody else gave all others.
        locked: images that other profiles' lockfiles pin, each with why it is kept.
        unknown: other instances that stand here, of whose images nothing is on record.
        dead: containers by id that were made for one command, by processes that are dead.
        unsure: those of ``before`` of which only that is not known, since the ledger was lost.
    """

    brought: Set[str]
    before: Set[str]
    elsewhere: Mapping[str, str]
    names: Set[str]
    locked: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    dead: Set[str] = frozenset()
    unsure: Set[str] = frozenset()


def decide_down(instance: str, observed: Observed) -> Plan:
    """The plan that removes containers and network, and keeps the volumes and images."""
    build = PlanBuilder()
    _containers(build, instance, observed, cause=_ASKED, graceful=True)
    _networks(build, instance, observed, cause=_ASKED)
    return build.plan()


def decide_clean(instance: str, observed: Observed, known: Known) -> tuple[Plan, tuple[Kept, ...]]:
    """The plan that removes everything of an instance, and what stays with the reason."""
    build = PlanBuilder()
    # What is thrown away needs no farewell: a kill is faster than a stop.
    _containers(build, instance, observed, cause=_CLEANED, graceful=False)
    _networks(build, instance, observed, cause=_CLEANED)
    containers = tuple(("remove", c.id) for c in observed.of_instance(instance))
    for volume in observed.volumes:
        if owned(volume.labels, instance):
            key = ("volume", volume.name)
            build.add(RemoveVolume(volume.name), _CLEANED, key=key, after=containers)
    kept = _images(build, instance, observed, known)
    return build.plan(), kept


def _containers(
    build: PlanBuilder, instance: str, observed: Observed, *, cause: str, graceful: bool
) -> None:
    for seen in observed.of_instance(instance):
        stop = ("stop", seen.id)
        if graceful and seen.state == "running":
            build.add(StopContainer(seen.name, seen.service), cause, key=stop)
        act = RemoveContainer(seen.id, seen.name, seen.service)
        build.add(act, cause, key=("remove", seen.id), after=(stop,))


def _networks(build: PlanBuilder, instance: str, observed: Observed, *, cause: str) -> None:
    containers = tuple(("remove", c.id) for c in observed.of_instance(instance))
    for seen in observed.networks:
        if owned(seen.labels, instance):
            act = RemoveNetwork(seen.id, seen.name)
            build.add(act, cause, key=("network", seen.id), after=containers)


def _images(
    build: PlanBuilder, instance: str, observed: Observed, known: Known
) -> tuple[Kept, ...]:
    kept: list[Kept] = []
    earlier: list[tuple[str, str]] = [("remove", c.id) for c in observed.of_instance(instance)]
    images = _children_first(observed, instance, known)
    earlier += _left_over(build, {image.id for image in images}, instance, observed, known)
    for image in images:
        reason = _reason_to_keep(image, instance, observed, known)
        if reason is not None:
            kept.append(Kept("image", image_name(image), reason))
            continue
        theirs = tuple(name for name in image.tags if not _given_by_us(name, known))
        names = _names_of(image, known)
        kept += [Kept("image", name, "somebody else gave it this name") for name in theirs]
        # An image with two names keeps its bytes until the last name is gone.
        for name in (n for n in names if n not in theirs):
            key = ("image", name)
            build.add(RemoveImage(name, image.size), _CLEANED, key=key, after=tuple(earlier))
            earlier.append(key)
    return tuple(kept)


def _left_over(
    build: PlanBuilder, images: Set[str], instance: str, observed: Observed, known: Known
) -> Iterator[tuple[str, str]]:
    """Remove containers that nobody will remove any more, and that hold one of these images."""
    for seen in observed.containers:
        if seen.id in known.dead and seen.image_id in images and seen.instance != instance:
            key = ("remove", seen.id)
            build.add(RemoveContainer(seen.id, seen.name, seen.service), _LEFT_OVER, key=key)
            yield key


def _children_first(observed: Observed, instance: str, known: Known) -> tuple[SeenImage, ...]:
    """The images that are the instance's business: built ones, then recipes, then their base.

    A recipe's image that nobody is known to use is somebody's leftover: it goes with the rest.
    """
    mine = [
        image
        for image in observed.images
        if image.id in known.brought | known.before
        or owned(image.labels, instance)
        or (image.made_here and Label.INSTANCE not in image.labels)
    ]

    def rank(image: SeenImage) -> int:
        if owned(image.labels, instance):
            return 0
        return 2 if image.labels.get(Label.RECIPE) == RECIPE_BASE else 1

    return tuple(sorted(mine, key=rank))


def _reason_to_keep(
    image: SeenImage, instance: str, observed: Observed, known: Known
) -> str | None:
    if image.id in known.unsure:
        name = image_name(image)
        return f"it may have been here before: the ledger was lost; `docker rmi {name}` removes it"
    if image.id in known.before:
        return "it was here before envcheck"
    for container in observed.containers:
        ours = container.instance == instance or container.id in known.dead
        if container.image_id == image.id and not ours:
            return f"container {container.name} uses it"
    if known.elsewhere.get(image.id) == BY_HAND:
        return f"it was built with `{BY_HAND}`; `docker rmi {image_name(image)}` removes it"
    if image.id in known.elsewhere:
        return f"instance {known.elsewhere[image.id]} uses it"
    if image.id in known.locked:
        return f"{known.locked[image.id]}; `clean --all` removes it all the same"
    if known.unknown and not owned(image.labels, instance):
        who = ", ".join(known.unknown)
        return f"it may be in use: nothing is on record here of the images of instance {who}"
    return None


def _names_of(image: SeenImage, known: Known) -> tuple[str, ...]:
    """The names by which an image is removed, or its id.

    With the last tag of a repository an engine takes away the digests there, but not those of
    other repositories: what came from a mirror has one, and its official name besides.
    """
    if not image.tags and len(image.digests) < 2:  # noqa: PLR2004
        return (image.id,)
    tagged = {tag.rpartition(":")[0] for tag in image.tags}
    digests = (d for d in image.digests if d in known.names and d.partition("@")[0] not in tagged)
    return (*image.tags, *digests) or (image.id,)


def _given_by_us(name: str, known: Known) -> bool:
    return name in known.names or name.startswith(f"{LOCAL_REGISTRY}/")


def image_name(image: SeenImage) -> str:
    """What to call an image: its first name, or its id where it has none."""
    return image.tags[0] if image.tags else image.id


def leftovers(instance: str, observed: Observed) -> tuple[tuple[ObjectKind, str], ...]:
    """(kind, name) of everything on the engine that still bears the instance's label."""
    groups: tuple[tuple[ObjectKind, Iterable[tuple[str, Mapping[str, str]]]], ...] = (
        ("container", ((c.name, c.labels) for c in observed.of_instance(instance))),
        ("network", ((n.name, n.labels) for n in observed.networks)),
        ("volume", ((v.name, v.labels) for v in observed.volumes)),
        ("image", ((image_name(i), i.labels) for i in observed.images)),
    )
    return tuple(
        (kind, name)
        for kind, things in groups
        for name, labels in things
        if owned(labels, instance)
    )
