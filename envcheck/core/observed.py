"""What stands on the engine, as values: one look, taken before anything is decided."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envcheck.core.spec import LOCAL_REGISTRY, Label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class SeenContainer:
    """A container, anybody's.

    Attributes:
        state: the engine's word: created, running, paused, restarting, removing, exited, dead.
        ports: container port to host port, for TCP ports published on this host.
        volumes: names of the volumes mounted in it.
        networks: its networks' names to the ids that they had when it was last started; an id is
            empty before its first start. A network of that name that was made since is another.
        created: when, in seconds since the epoch by the engine's clock; 0 where it does not say.
    """

    id: str
    name: str
    state: str
    image: str
    image_id: str
    labels: Mapping[str, str]
    ports: Mapping[int, int] = field(default_factory=dict)
    volumes: tuple[str, ...] = ()
    networks: Mapping[str, str] = field(default_factory=dict)
    created: float = 0.0

    @property
    def instance(self) -> str:
        """The instance it belongs to, or nothing where it is not ours.

        A container inherits its image's labels. What somebody runs of an image that we built is
        theirs: only our own containers have a fingerprint that names its parts.
        """
        inherited = self.service and ":" not in self.fingerprint
        return "" if inherited else self.labels.get(Label.INSTANCE, "")

    @property
    def service(self) -> str:
        """The service that its labels name, or nothing."""
        return self.labels.get(Label.SERVICE, "")

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the spec it was made from."""
        return self.labels.get(Label.FINGERPRINT, "")


@dataclass(frozen=True)
class SeenVolume:
    """A named volume, anybody's."""

    name: str
    labels: Mapping[str, str]

    @property
    def identity(self) -> str:
        """What tells it from a volume of the same name that is made later.

        Not the engine's own time of creation: up to 20.10 that is the time of the last change in
        the volume's folder (moby, volume/local/local_unix.go), and a database writes there.
        """
        return self.labels.get(Label.MADE, "")


@dataclass(frozen=True)
class SeenNetwork:
    """A network, anybody's."""

    id: str
    name: str
    labels: Mapping[str, str]


@dataclass(frozen=True)
class SeenImage:
    """An image. ``size`` is in bytes, layers that it shares with others included.

    ``created`` is when it was built, here or elsewhere, in seconds since the epoch.
    """

    id: str
    tags: tuple[str, ...]
    digests: tuple[str, ...]
    labels: Mapping[str, str]
    size: int
    created: float = 0.0

    @property
    def made_here(self) -> bool:
        """Whether envcheck made it and it bears no name but ours.

        The labels of an image go with it to a registry and back; there it is somebody's like any
        other.
        """
        named_by_us = all(tag.startswith(f"{LOCAL_REGISTRY}/") for tag in self.tags)
        return Label.VERSION in self.labels and named_by_us


@dataclass(frozen=True)
class Observed:
    """Everything on the engine that a decision may rest on."""

    containers: tuple[SeenContainer, ...] = ()
    networks: tuple[SeenNetwork, ...] = ()
    volumes: tuple[SeenVolume, ...] = ()
    images: tuple[SeenImage, ...] = ()

    def container(self, name: str) -> SeenContainer | None:
        """The container of that name."""
        return next((c for c in self.containers if c.name == name), None)

    def volume(self, name: str) -> SeenVolume | None:
        """The volume of that name."""
        return next((v for v in self.volumes if v.name == name), None)

    def network(self, name: str) -> SeenNetwork | None:
        """The network of that name (the first: the engine allows several, we make one)."""
        return next((n for n in self.networks if n.name == name), None)

    def image(self, reference: str) -> SeenImage | None:
        """The image that a tag, digest reference or id names."""
        name = name_on_engine(reference)
        return next((i for i in self.images if name in (i.id, *i.tags, *i.digests)), None)

    def of_instance(self, instance: str) -> Iterator[SeenContainer]:
        """The containers of one instance."""
        return (c for c in self.containers if c.instance == instance)

    def instances(self) -> tuple[str, ...]:
        """Every instance that any labelled object belongs to, sorted."""
        labels = (
            *({Label.INSTANCE: container.instance} for container in self.containers),
            *(network.labels for network in self.networks),
            *(volume.labels for volume in self.volumes),
            *(image.labels for image in self.images),
        )
        return tuple(sorted({found.get(Label.INSTANCE, "") for found in labels} - {""}))

    def standing(self) -> tuple[str, ...]:
        """Those of them that have more than an image, which may have come from another machine."""
        owners = {
            *(container.instance for container in self.containers),
            *(network.labels.get(Label.INSTANCE, "") for network in self.networks),
            *(volume.labels.get(Label.INSTANCE, "") for volume in self.volumes),
        }
        return tuple(sorted(owners - {""}))


def name_on_engine(reference: str) -> str:
    """A reference as an engine lists it: without what Docker Hub's names may leave out.

    What was pulled by its digest has no tag there, whatever tag stood beside the digest.
    """
    short = re.sub(r"^(docker\.io/library/|docker\.io/|library/)", "", reference)
    repository, at, digest = short.partition("@")
    return f"{re.sub(r':[^:/]*$', '', repository)}@{digest}" if at else short


def owned(labels: Mapping[str, str], instance: str) -> bool:
    """Whether an object with these labels belongs to the instance."""
    return labels.get(Label.INSTANCE) == instance
