"""A lockfile: the digest behind every tag that a profile pins, so that a tag that moves is seen.

It stands beside the profile as `NAME.lock`, is YAML, sorted, a value a line, and meant to be
committed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

from envcheck.core.parsing.fields import Fields, Wanted, open_fields
from envcheck.core.reference import Reference, parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

VERSION = 1
_DIGEST = Wanted(re.compile(r"sha256:[0-9a-f]{64}", re.ASCII), "a digest such as sha256:87c4…")
_PLATFORM = re.compile(r"[a-z0-9]+/[a-z0-9_]+(?:/[a-z0-9.]+)?", re.ASCII)
_MOMENT = Wanted(
    re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII), "a time such as 2026-11-24T12:00:00Z"
)


@dataclass(frozen=True)
class LockedPlatform:
    """What an image is on one platform.

    Attributes:
        digest: of its manifest.
        config: the digest of its configuration, which is the image's id on most engines. An image
            that came by a file instead of from a registry is known by it.
        size: of its compressed layers, bytes.
    """

    digest: str
    config: str
    size: int


@dataclass(frozen=True)
class LockedImage:
    """An image that a profile pins.

    Attributes:
        reference: as the profile, or the Dockerfile of a build, names it.
        digest: what its registry gave for that, of all platforms.
        resolved: when it gave that, UTC.
        platforms: by their names in Docker's words, such as ``linux/amd64``.
    """

    reference: Reference
    digest: str
    resolved: str
    platforms: Mapping[str, LockedPlatform] = field(default_factory=dict)

    @property
    def pinned(self) -> Reference:
        """The reference with the digest."""
        return Reference(self.reference.name, self.reference.tag, self.digest)

    @property
    def ids(self) -> frozenset[str]:
        """Every digest that names this image on an engine, whatever its platform and its store."""
        parts = self.platforms.values()
        return frozenset((self.digest, *(p.digest for p in parts), *(p.config for p in parts)))


@dataclass(frozen=True)
class Lockfile:
    """Every image of a profile, by its reference."""

    images: Mapping[Reference, LockedImage] = field(default_factory=dict)

    def missing(self, wanted: Iterable[Reference]) -> tuple[Reference, ...]:
        """Those that are wanted and not locked."""
        return tuple(reference for reference in wanted if reference not in self.images)

    def surplus(self, wanted: Iterable[Reference]) -> tuple[Reference, ...]:
        """Those that are locked and wanted no more."""
        return tuple(reference for reference in self.images if reference not in {*wanted})


def dump_lockfile(lock: Lockfile, profile: str) -> str:
    """The lockfile's text; ``profile`` is the name that `lock` takes for it."""
    data = {
        "version": VERSION,
        "images": {
            str(image.reference): {
                "digest": image.digest,
                "resolved": image.resolved,
                "platforms": {
                    name: {"digest": part.digest, "config": part.config, "size": part.size}
                    for name, part in sorted(image.platforms.items())
                },
            }
            for image in sorted(lock.images.values(), key=lambda image: str(image.reference))
        },
    }
    head = (
        f"# The images that the profile {profile} pins, by digest. Commit this file.\n"
        f"# Made by `envcheck lock {profile}`; moved on by `envcheck lock {profile} --upgrade`.\n"
    )
    return head + yaml.safe_dump(data, sort_keys=False, width=1 << 20)


def read_lockfile(text: str, file: str) -> Lockfile:
    """A lockfile's text, read.

    Raises:
        ProfileInvalid: something in it is wrong; it names every problem with its place.
    """
    fields = open_fields(text, file, "lockfile")
    fields.keys((), ("version", "images"))
    version = fields.number(("version",))
    if version > VERSION:
        fields.wrong(("version",), f"version {version} is newer than this envcheck knows")
    elif version != VERSION and not fields.problems:
        fields.wrong(("version",), f"'version' must be {VERSION}")
    images = {}
    for name in fields.entries(("images",)):
        image = _image(fields, name)
        if image is not None:
            images[image.reference] = image
    fields.done()
    return Lockfile(images)


def _image(fields: Fields, name: str) -> LockedImage | None:
    path = ("images", name)
    fields.keys(path, ("digest", "resolved", "platforms"))
    try:
        reference = parse_reference(name)
    except ValueError as error:
        fields.wrong_key(path, str(error))
        return None
    digest = fields.text((*path, "digest"), _DIGEST)
    if reference.digest and digest and digest != reference.digest:
        fields.wrong((*path, "digest"), "the digest is not the one in the image's own reference")
    places = fields.entries((*path, "platforms"))
    if not places:
        fields.wrong((*path, "platforms"), "no platform is named")
    return LockedImage(
        reference,
        digest,
        fields.text((*path, "resolved"), _MOMENT),
        {platform: _platform(fields, (*path, "platforms", platform)) for platform in places},
    )


def _platform(fields: Fields, path: tuple[str, ...]) -> LockedPlatform:
    if not _PLATFORM.fullmatch(path[-1]):
        fields.wrong_key(path, f"'{path[-1]}' is no platform such as linux/amd64")
    fields.keys(path, ("digest", "config", "size"))
    return LockedPlatform(
        fields.text((*path, "digest"), _DIGEST),
        fields.text((*path, "config"), _DIGEST),
        fields.number((*path, "size")),
    )
