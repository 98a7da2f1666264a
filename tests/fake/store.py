"""What stands on the fake engine, and how things are found there."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from envcheck.core.errors import ObjectMissing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fake.things import Container, Image, Network, Volume


class Store:
    """All objects by their ids; volumes, which have none, by their names."""

    def __init__(self) -> None:
        self.containers: dict[str, Container] = {}
        self.networks: dict[str, Network] = {}
        self.volumes: dict[str, Volume] = {}
        self.images: dict[str, Image] = {}
        self._numbers = itertools.count(1)

    def new_id(self, prefix: str = "") -> str:
        """An id that nothing has yet."""
        return f"{prefix}{next(self._numbers):064x}"

    def look(self, name: str) -> Container | None:
        """The container that a name or an id means."""
        return next((c for c in self.containers.values() if name in (c.id, c.spec.name)), None)

    def container(self, name: str) -> Container:
        """The same, which must be there."""
        found = self.look(name)
        if found is None:
            raise missing(f"No such container: {name}")
        return found

    def network(self, name: str) -> Network | None:
        """The network that a name or an id means."""
        return next((n for n in self.networks.values() if name in (n.id, n.name)), None)

    def image(self, reference: str) -> Image | None:
        """The image that a reference or an id means; a tag beside a digest means nothing."""
        repository, at, digest = reference.partition("@")
        if at:
            name, _, tag = repository.rpartition(":")
            reference = f"{name if name and '/' not in tag else repository}@{digest}"
        return next(
            (i for i in self.images.values() if reference in (i.id, *i.tags, *i.digests)), None
        )

    def users_of_image(self, image: Image) -> list[Container]:
        """The containers of an image, running or not."""
        return [c for c in self.containers.values() if c.image_id == image.id]

    def users_of_volume(self, name: str) -> list[Container]:
        """The containers that have a volume, running or not."""
        found = self.containers.values()
        return [c for c in found if any(mount.volume == name for mount in c.spec.mounts)]

    def ports_in_use(self) -> Iterator[int]:
        """The host ports of the running containers."""
        return (port for c in self.containers.values() for port in c.ports.values())

    def children(self, image: Image) -> list[Image]:
        """The images that are built upon one."""
        return [other for other in self.images.values() if other.parent == image.id]

    def listed(self) -> Iterator[Image]:
        """The images that a list shows: not the layers in between, without a name and built on."""
        return (i for i in self.images.values() if i.tags or i.digests or not self.children(i))

    def delete(self, image: Image) -> None:
        """Delete an image, and those without a name that it was built upon."""
        del self.images[image.id]
        parent = self.images.get(image.parent)
        if parent and not parent.tags and not self.children(parent):
            self.delete(parent)


def missing(text: str) -> ObjectMissing:
    """What an engine says of what is not there."""
    return ObjectMissing(text, id="docker.no-such-object", evidence=(text,))
