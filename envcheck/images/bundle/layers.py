"""Taking images out of the archive that an engine hands out: its layers packed, the rest kept.

Engines write that archive in two ways (moby, image/tarexport/save.go). Up to 24 there is a folder
with `layer.tar` for each layer and `ID.json` for each image; later ones write an OCI layout, where
both are named after their digests. A layer that images share is in it once, or as a link.
"""

from __future__ import annotations

import hashlib
import re
import tarfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from envcheck.core.errors import Fix, StepFailed
from envcheck.images.bundle import limits
from envcheck.images.bundle.index import LayerEntry, Member, layer_name
from envcheck.images.bundle.members import END, header, padding
from envcheck.images.bundle.write import packer

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping, Sequence, Set
    from typing import IO, BinaryIO

_PIECE = 1 << 20
_OCI = re.compile(r"blobs/sha256/([0-9a-f]{64})")


@dataclass(frozen=True)
class Taken:
    """What was taken: the layers in the order in which they were packed, configurations by id."""

    layers: list[LayerEntry] = field(default_factory=list)
    configs: dict[str, bytes] = field(default_factory=dict)


@dataclass
class _Pieces:
    """Pieces that arrive one by one, as a file to read from."""

    pieces: Iterator[bytes]
    tell: Callable[[int], None]
    _rest: bytes = field(default=b"", init=False)
    _done: int = field(default=0, init=False)

    def read(self, size: int) -> bytes:
        """The next bytes; fewer than were asked for at the end only."""
        parts = [self._rest]
        have = len(self._rest)
        while have < size and (piece := next(self.pieces, b"")):
            parts.append(piece)
            have += len(piece)
            self._done += len(piece)
            self.tell(self._done)
        whole = b"".join(parts)
        self._rest = whole[size:]
        return whole[:size]


def take(
    archive: Iterator[bytes],
    images: Mapping[str, Sequence[str]],
    target: BinaryIO,
    tell: Callable[[int], None],
) -> Taken:
    """Pack the layers of images, and keep their configurations.

    Args:
        archive: what the engine hands out for them, piece by piece.
        images: their ids, each with the digests of its unpacked layers.
        target: where the packed layers go, the end of the bundle's archive.
        tell: hears how many bytes have come.

    Raises:
        StepFailed: an image is not whole in it.
    """
    wanted = {layer for layers in images.values() for layer in layers}
    taken = Taken()
    source = cast("BinaryIO", _Pieces(archive, tell))
    try:
        with packer(target) as pack, tarfile.open(fileobj=source, mode="r|", bufsize=_PIECE) as tar:
            for entry in tar:
                content = tar.extractfile(entry) if entry.isreg() else None
                if content is None:
                    continue
                if _is_layer(entry.name, wanted):
                    taken.layers.append(_packed(pack, len(taken.layers), entry.size, content))
                elif entry.size <= limits.CONFIG:
                    _keep(content.read(), images, taken)
            pack.write(END)
    except tarfile.TarError as error:
        text = f"what the engine hands out cannot be read: {error}"
        raise StepFailed(text, id="image.save-failed") from error
    _whole(taken, images, wanted)
    return taken


def _is_layer(name: str, wanted: Set[str]) -> bool:
    match = _OCI.fullmatch(name)
    return f"sha256:{match[1]}" in wanted if match else name.endswith("/layer.tar")


def _packed(pack: Any, number: int, size: int, content: IO[bytes]) -> LayerEntry:
    pack.write(header(Member(layer_name(number), size, "")))
    total = hashlib.sha256()
    while piece := content.read(_PIECE):
        total.update(piece)
        pack.write(piece)
    pack.write(padding(size))
    return LayerEntry(f"sha256:{total.hexdigest()}", size)


def _keep(text: bytes, images: Container[str], taken: Taken) -> None:
    id = f"sha256:{hashlib.sha256(text).hexdigest()}"
    if id in images:
        taken.configs[id] = text


def _whole(taken: Taken, images: Mapping[str, Sequence[str]], wanted: Set[str]) -> None:
    if taken.configs.keys() == images.keys() and {x.digest for x in taken.layers} == wanted:
        return
    raise StepFailed(
        "the engine does not hand out its images in a way that is known here",
        id="image.save-failed",
        evidence=(
            f"{len(taken.configs)} of {len(images)} configurations",
            f"{len(taken.layers)} of {len(wanted)} layers",
        ),
        fix=Fix("an engine that keeps its images in containerd's own store hands out packed ones"),
    )
