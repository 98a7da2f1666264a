"""Whether the engine's disk has room for what is about to be pulled, asked before the first byte.

The registry tells how large layers are as they are transferred. What they unpack to stands in the
last four bytes of a gzip file (RFC 1952, ISIZE: modulo 4 GiB), which one small question brings.
"""

from __future__ import annotations

import math
import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core.errors import EnvcheckError, Fix, StepFailed
from envcheck.core.figures import size
from envcheck.core.mirrors import home_of
from envcheck.core.platforms import fits
from envcheck.run.executor import side_by_side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from envcheck.core.mirrors import Place
    from envcheck.core.plan import PullImage
    from envcheck.images.registry.client import RegistryClient
    from envcheck.images.registry.manifests import Blob, PlatformImage

_ISIZE = 4
_FACTOR = 3
"""What a layer unpacks to where nobody tells: distributions and programs pack to about a third."""
_DEFLATE = 1032
"""Deflate packs no more than that into a byte (zlib's technical notes)."""
_SMALL = 64 * 1024
"""Bytes of a layer that is not worth a question."""


@dataclass(frozen=True)
class Needed:
    """The room that images need.

    Attributes:
        packed: bytes of the layers as they are transferred, each counted once.
        unpacked: bytes of the same layers unpacked.
        estimated: whether the latter is a guess in part.
    """

    packed: int
    unpacked: int
    estimated: bool

    @property
    def total(self) -> int:
        """Bytes in all: engines keep a layer packed until it is unpacked."""
        return self.packed + self.unpacked


def images_of(
    client: RegistryClient, acts: Iterable[PullImage], platform: str
) -> dict[PullImage, tuple[Place, PlatformImage]]:
    """What the registries say of the images that are to be pulled, for the engine's platform.

    Of one that we cannot ask about nothing is said: engines reach registries that we do not.
    """

    def ask(act: PullImage) -> tuple[Place, PlatformImage] | None:
        place = home_of(act.mirror or act.reference)
        with suppress(EnvcheckError):
            image = client.image(place.host, place.repository, act.digest, platform)
            if made_for := _for_platform(image.platforms, platform):
                return place, made_for
        return None

    wanted = tuple(acts)
    told = zip(wanted, side_by_side(ask, wanted, _nobody_waits), strict=True)
    return {act: image for act, image in told if image is not None}


def _nobody_waits() -> None:
    """Questions to registries have their own limits of time."""


def _for_platform(platforms: Mapping[str, PlatformImage], name: str) -> PlatformImage | None:
    """The image for a platform, with any variant where it has none without."""
    fitting = [image for known, image in platforms.items() if fits(known, name)]
    return fitting[0] if fitting else None


def needed(
    client: RegistryClient, found: Iterable[tuple[Place, PlatformImage]], free: int
) -> Needed:
    """The room that images need; layers that they share count once.

    Where the most that gzip can hold would fit into what is ``free``, nobody is asked for more.
    """
    layers = {layer.digest: (place, layer) for place, image in found for layer in image.layers}
    if sum(_most(layer) for _, layer in layers.values()) <= free:
        packed = sum(layer.size for _, layer in layers.values())
        return Needed(packed, packed * _FACTOR, estimated=True)
    sizes = side_by_side(lambda found: _unpacked(client, *found), layers.values(), _nobody_waits)
    told = dict(zip(layers, sizes, strict=True))
    packed = sum(layer.size for _, layer in layers.values())
    unpacked = sum(
        known if (known := told[digest]) is not None else layer.size * _FACTOR
        for digest, (_, layer) in layers.items()
    )
    return Needed(packed, unpacked, estimated=None in told.values())


def _most(layer: Blob) -> float:
    """Bytes that a layer needs at the very most."""
    return layer.size * (1 + _DEFLATE) if layer.media_type.endswith("gzip") else math.inf


def _unpacked(client: RegistryClient, place: Place, layer: Blob) -> int | None:
    """Bytes that a layer unpacks to, or None where that is not known."""
    if layer.size < _SMALL or not layer.media_type.endswith("gzip"):
        return None
    try:
        end = client.tail(place.host, place.repository, layer, _ISIZE)
    except EnvcheckError:
        return None
    if len(end) != _ISIZE:
        return None
    told: int = struct.unpack("<I", end)[0]
    # Of more than 4 GiB only the rest is told; nothing unpacks to less than it was.
    while told < layer.size:
        told += 1 << 32
    return told


def refuse_without_room(needs: Needed, free: int, folder: str) -> None:
    """See that there is room.

    Raises:
        StepFailed: there is not.
    """
    if needs.total <= free:
        return
    about = "about " if needs.estimated else ""
    figures = f"packed {needs.packed} bytes, unpacked {about}{needs.unpacked}, free {free}"
    raise StepFailed(
        f"the images need {size(needs.packed)} to be pulled and {about}{size(needs.unpacked)} "
        f"unpacked, and {size(free)} are free at {folder}",
        id="images.no-space",
        evidence=(figures,),
        fix=Fix(
            "make room there; the first command shows what Docker keeps, the second removes images "
            "that no container uses",
            ("docker system df", "docker image prune --all"),
            destructive=True,
        ),
    )
