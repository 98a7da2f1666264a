"""The index of a bundle: what it holds, in which order, how large and with which checksums. Pure.

It is the bundle's first member. All that follows is known from it to the byte, so reading a bundle
is comparing: no name, size or kind is taken from anywhere else.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = 1
INDEX_NAME = "bundle.json"
MANIFEST_NAME = "manifest.json"
PROJECT = "project/"
"""Before the path of every file of the project."""
CONFIGS = "images/"
"""Before the names of the images' configurations, which come next."""


@dataclass(frozen=True)
class FileEntry:
    """A file of the project.

    Attributes:
        path: relative to the folder that the bundle is loaded into, with ``/``.
        mode: its permission bits.
        link: the target, where it is a symbolic link; it has no size and no checksum then.
    """

    path: str
    mode: int
    size: int = 0
    sha256: str = ""
    link: str = ""


@dataclass(frozen=True)
class ImageEntry:
    """An image.

    Attributes:
        id: the digest of its configuration, which is its id on an engine.
        names: what it is called on the engine.
        pins: what the profile and its Dockerfiles call it.
        source: where it came from: registry, recipe, build or local.
        platform: in Docker's words, such as ``linux/amd64``.
        size: of its configuration, bytes.
        layers: the digests of its unpacked layers, lowest first.
    """

    id: str
    names: tuple[str, ...]
    pins: tuple[str, ...]
    source: str
    platform: str
    size: int
    layers: tuple[str, ...]


@dataclass(frozen=True)
class LayerEntry:
    """An unpacked layer, however many images share it."""

    digest: str
    size: int


@dataclass(frozen=True)
class Member:
    """One member of the archive, as it must be."""

    name: str
    size: int
    sha256: str
    mode: int = 0o644


@dataclass(frozen=True)
class Index:
    """What a bundle holds.

    Attributes:
        envcheck: the version that made it.
        created: when, UTC.
        profile: the profile's name.
        file: the profile's own file, one of ``files``.
    """

    envcheck: str
    created: str
    profile: str
    file: str
    files: tuple[FileEntry, ...]
    images: tuple[ImageEntry, ...]
    layers: tuple[LayerEntry, ...]

    def text(self) -> bytes:
        """The index as it stands in a bundle; there is one way to write it."""
        data = {"format": FORMAT, **asdict(self)}
        return json.dumps(data, indent=1, sort_keys=True, ensure_ascii=True).encode() + b"\n"

    @cached_property
    def size(self) -> int:
        """Bytes of all members, unpacked, without the index."""
        return sum(member.size for member in (*self.head(), *self.tail()))

    def head(self) -> tuple[Member, ...]:
        """The members after the index: the manifest, the project's files, the configurations."""
        files = (
            Member(f"{PROJECT}{file.path}", file.size, file.sha256, file.mode)
            for file in self.files
            if not file.link
        )
        images = (Member(config_name(i.id), i.size, _hex(i.id)) for i in self.images)
        return (self._manifest_member(), *files, *images)

    def tail(self) -> tuple[Member, ...]:
        """The members at the end: the layers."""
        return tuple(
            Member(layer_name(number), layer.size, _hex(layer.digest))
            for number, layer in enumerate(self.layers)
        )

    def manifest(self) -> bytes:
        """What `docker load` wants to know, so that an engine can read the archive as well."""
        places: dict[str, str] = {}
        for number, layer in enumerate(self.layers):
            places.setdefault(layer.digest, layer_name(number))
        images = [
            {
                "Config": config_name(image.id),
                "RepoTags": list(image.names),
                "Layers": [places[layer] for layer in image.layers],
            }
            for image in self.images
        ]
        return json.dumps(images, indent=1, sort_keys=True).encode() + b"\n"

    def _manifest_member(self) -> Member:
        text = self.manifest()
        return Member(MANIFEST_NAME, len(text), sha256(text).hexdigest())


def config_name(id: str) -> str:
    """The member that holds an image's configuration."""
    return f"{CONFIGS}{_hex(id)}.json"


def layer_name(number: int) -> str:
    """The member that holds a layer.

    By number: while an engine hands a layer out, its digest is not yet known.
    """
    return f"layers/{number:04}.tar"


def _hex(digest: str) -> str:
    return digest.removeprefix("sha256:")


def from_data(data: Mapping[str, Any]) -> Index:
    """The index from data whose form is known to be right (`images.bundle.form`)."""
    return Index(
        envcheck=data["envcheck"],
        created=data["created"],
        profile=data["profile"],
        file=data["file"],
        files=tuple(FileEntry(**entry) for entry in data["files"]),
        images=tuple(
            ImageEntry(**{name: _frozen(value) for name, value in entry.items()})
            for entry in data["images"]
        ),
        layers=tuple(LayerEntry(**entry) for entry in data["layers"]),
    )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
