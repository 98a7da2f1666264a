"""Which images the lockfiles of other profiles pin: those are wanted, run or not. Pure.

A lockfile that cannot be read as one is taken at its word: it may use an image that its text names,
by tag or digest, and no other. To keep every image because of one broken file would leave all of
them on the machine for ever; to pass it over would take an image away from who has a typing error
in a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import ProfileInvalid
from envcheck.core.lockfile import read_lockfile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from envcheck.core.observed import SeenImage


def locked_images(
    files: Iterable[tuple[str, str]], images: Iterable[SeenImage]
) -> Mapping[str, str]:
    """The images that lockfiles pin, by id, each with why it is kept.

    Args:
        files: name and text of each lockfile.
        images: those on the engine.
    """
    seen = tuple(images)
    found: dict[str, str] = {}
    for file, text in files:
        for image, why in _pinned(file, text, seen):
            found.setdefault(image.id, why)
    return found


def _pinned(file: str, text: str, images: tuple[SeenImage, ...]) -> Iterator[tuple[SeenImage, str]]:
    try:
        locks = read_lockfile(text, file).images.values()
    except ProfileInvalid:
        for image in images:
            if any(name in text for name in _names(image)):
                yield image, f"{file} cannot be read as a lockfile, and names it"
        return
    pinned = frozenset(digest for lock in locks for digest in lock.ids)
    for image in images:
        if pinned & {image.id, *_digests(image)}:
            yield image, f"{file} pins it"


def _names(image: SeenImage) -> tuple[str, ...]:
    return (image.id, *image.tags, *_digests(image))


def _digests(image: SeenImage) -> tuple[str, ...]:
    return tuple(digest.partition("@")[2] for digest in image.digests)
