"""What is not ours is not touched: there is no plan where somebody else has our name. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix, ObjectConflict, UsageError
from envcheck.core.events import Kept
from envcheck.core.observed import owned
from envcheck.core.spec import (
    LOCAL_REGISTRY,
    Label,
    container_name,
    data_volume_name,
    network_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from envcheck.core.desired import Desired
    from envcheck.core.events import ObjectKind
    from envcheck.core.observed import Observed
    from envcheck.core.spec import Owner

    Name = tuple[ObjectKind, str]


_FINGERPRINT = re.compile("[0-9a-f]{16}")
"""The tag of what a profile builds; no version of a recipe looks so."""


@dataclass(frozen=True)
class Foreign:
    """Something that has a name of ours and is not ours; ``whose`` is another instance, if any."""

    kind: ObjectKind
    name: str
    whose: str = ""

    def __str__(self) -> str:
        return f"{self.kind} '{self.name}'"

    @property
    def evidence(self) -> str:
        """From what it is known."""
        return f"{self.kind} {self.name} {self.why}"

    @property
    def why(self) -> str:
        """The same without its name."""
        if self.kind == "image":
            return "is none that envcheck made under this name"
        if self.whose:
            return f"belongs to instance {self.whose}"
        return f"does not bear the label {Label.INSTANCE}"


def refuse_foreign(desired: Desired, observed: Observed) -> None:
    """See that every name which an instance needs is free or its own.

    Raises:
        ObjectConflict: something that is not ours has a name that we need; all such are named.
        UsageError: the instance belongs to another folder.
    """
    root = other_root(desired.owner, observed)
    if root is not None:
        raise elsewhere(desired.owner.instance, root)
    refuse_taken(desired.owner.instance, names_of(desired), observed)


def names_of(desired: Desired) -> Iterator[Name]:
    """The names that an instance needs on the engine, those of its images left out."""
    yield "network", desired.network.name
    for service in desired.services.values():
        yield "container", service.container.name
        for volume in service.volumes:
            yield "volume", volume.name


def names_by_labels(instance: str, observed: Observed) -> Iterator[Name]:
    """The same as far as what stands of an instance tells of it, where no profile is at hand."""
    yield "network", network_name(instance)
    for service in sorted(
        {labels.get(Label.SERVICE, "") for labels in labels_of(instance, observed)}
    ):
        if service:
            yield "container", container_name(instance, service)
            yield "volume", data_volume_name(instance, service)


def refuse_taken(instance: str, names: Iterable[Name], observed: Observed) -> None:
    """See that names are free or our own.

    Raises:
        ObjectConflict: some are not; it names them all.
    """
    found = tuple(in_the_way(instance, dict.fromkeys(names), observed))
    if found:
        raise taken(found)


def in_the_way(instance: str, names: Iterable[Name], observed: Observed) -> Iterator[Foreign]:
    """What has one of these names and is not the instance's; an image may be any instance's."""
    for kind, name in names:
        for labels in _all_labels_of(kind, name, observed):
            if kind == "image" and not _made_as(name, labels):
                yield Foreign(kind, name)
            elif kind != "image" and not owned(labels, instance):
                yield Foreign(kind, name, labels.get(Label.INSTANCE, ""))


def _made_as(tag: str, labels: Mapping[str, str]) -> bool:
    """Whether an image with these labels is what envcheck calls so: a build, or a recipe's image.

    What somebody builds upon an image of ours inherits its labels, and any image can be tagged.
    """
    version = tag.rpartition(":")[2]
    if _FINGERPRINT.fullmatch(version):
        return labels.get(Label.FINGERPRINT) == version and Label.INSTANCE in labels
    return Label.RECIPE in labels and Label.INSTANCE not in labels


def foreign_builds(profile: str, observed: Observed) -> Iterator[Name]:
    """Images that are called as if we had built them for a profile, and bear no label of ours."""
    for image in observed.images:
        for tag in image.tags if Label.VERSION not in image.labels else ():
            if tag.startswith(f"{LOCAL_REGISTRY}/{profile}-"):
                yield "image", tag


def left_alone(instance: str, names: Iterable[Name], observed: Observed) -> tuple[Kept, ...]:
    """What `clean` says of things that have our names and are not ours."""
    return tuple(
        Kept(thing.kind, thing.name, f"it is not ours: it {thing.why}")
        for thing in in_the_way(instance, dict.fromkeys(names), observed)
    )


def taken(found: tuple[Foreign, ...]) -> ObjectConflict:
    """The error where names are somebody else's."""
    first = found[0]
    what = (
        f"there is a {first.kind} named '{first.name}' already, and it is not ours"
        if len(found) == 1
        else f"{len(found)} names are taken already, by what is not ours: "
        f"{', '.join(map(str, found))}"
    )
    it = "it" if len(found) == 1 else "them"
    images = all(thing.kind == "image" for thing in found)
    return ObjectConflict(
        what.replace("a image", "an image"),
        id="docker.name-taken",
        evidence=tuple(thing.evidence for thing in found),
        fix=Fix(
            f"look at {it}, and take the name away yourself: `docker rmi` removes no more than that"
            if images
            else f"look at {it} and remove or rename {it} yourself, or use another instance name",
            tuple(f"docker {thing.kind} inspect {thing.name}" for thing in found),
        ),
    )


def other_root(owner: Owner, observed: Observed) -> str | None:
    """The folder that an instance belongs to, where that is not the owner's; None where it is."""
    roots = (labels.get(Label.ROOT) for labels in labels_of(owner.instance, observed))
    return next((root for root in roots if root and root != owner.root), None)


def elsewhere(instance: str, root: str, *, gone: bool = False) -> UsageError:
    """The error where an instance belongs to another folder; ``gone``: which is not there."""
    by_labels = ("envcheck down --instance NAME", "envcheck clean --instance NAME")
    commands = tuple(command.replace("NAME", instance) for command in by_labels)
    if gone:
        return UsageError(
            f"instance '{instance}' belongs to the profile in {root}, and that folder is gone: "
            "moved or removed",
            id="instance.elsewhere",
            fix=Fix(
                "to go on with it and its data, put the folder back; to begin anew beside it, give "
                "this one a name of its own with --instance NAME; to take it away, go by its labels"
                " alone, without a profile",
                commands,
            ),
        )
    return UsageError(
        f"instance '{instance}' belongs to the profile in {root}",
        id="instance.elsewhere",
        fix=Fix(
            "give this one a name of its own with --instance NAME; to take the other one away, do "
            "it from its folder, or by its labels alone, without a profile",
            commands,
        ),
    )


def labels_of(instance: str, observed: Observed) -> Iterator[Mapping[str, str]]:
    """The labels of all that an instance has, but for its images, which belong to no folder."""
    yield from (seen.labels for seen in observed.of_instance(instance))
    yield from (seen.labels for seen in observed.networks if owned(seen.labels, instance))
    yield from (seen.labels for seen in observed.volumes if owned(seen.labels, instance))


def _all_labels_of(kind: ObjectKind, name: str, observed: Observed) -> Iterator[Mapping[str, str]]:
    """The labels of whatever has a name: one thing; of networks there may be several."""
    match kind:
        case "container":
            container = observed.container(name)
            if container is not None:
                # What somebody runs of an image of ours has inherited that image's labels.
                yield container.labels if container.instance else {}
        case "network":
            yield from (network.labels for network in observed.networks if network.name == name)
        case "volume":
            yield from (volume.labels for volume in observed.volumes if volume.name == name)
        case "image":
            image = observed.image(name)
            if image is not None:
                yield image.labels
