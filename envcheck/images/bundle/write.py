"""Writing a bundle: layers as the engine hands them out, all else before them.

The layers come first in time and last in the file: only when they are there is known what the index
must say. They are packed as they come, into a file of their own, and put behind the rest.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from envcheck.core.errors import StepFailed
from envcheck.images.bundle import limits
from envcheck.images.bundle.index import INDEX_NAME, Member
from envcheck.images.bundle.members import header, padding
from envcheck.images.bundle.seal import SIZE, seal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import BinaryIO

    from envcheck.images.bundle.index import Index

    Pieces = Callable[[], Iterable[bytes]]

_SPARSE, _TABLE = 8, 20
"""How seldom a place is remembered to be found again, and how many are, both as powers of two: a
tenth faster than zstd's own choice, for half a percent more bytes."""

LEVEL = 3
"""Of zstd: its own default. Layers come faster from no engine than two processors pack them so."""

_PIECE = 1 << 20
_JOB = 16 << 20
"""Bytes that one processor packs at a time. With zstd's own choice (the whole window) one would do
most of the work; smaller jobs find less to repeat."""


def packer(target: BinaryIO) -> Any:
    """A writer that packs what it is given into ``target``, on every processor.

    Layers repeat each other over long distances (the distribution's own lists, libraries that were
    upgraded), which long distance matching finds within the window.
    """
    from zstandard import ZstdCompressionParameters, ZstdCompressor

    parameters = ZstdCompressionParameters.from_level(
        LEVEL,
        window_log=limits.WINDOW.bit_length() - 1,
        enable_ldm=True,
        ldm_hash_rate_log=_SPARSE,
        ldm_hash_log=_TABLE,
        write_checksum=True,
        threads=-1,
        job_size=_JOB,
    )
    return ZstdCompressor(compression_params=parameters).stream_writer(target, closefd=False)


@dataclass
class _Summed:
    """Passes bytes on to a file, and sums them up."""

    target: BinaryIO
    size: int = 0

    def __post_init__(self) -> None:
        self.digest = hashlib.sha256()

    def write(self, piece: bytes) -> int:
        """Write a piece."""
        self.digest.update(piece)
        self.size += len(piece)
        return self.target.write(piece)


def write_bundle(
    target: BinaryIO, index: Index, sources: Mapping[str, Pieces], layers: BinaryIO
) -> None:
    """Write a whole bundle.

    Args:
        target: an empty file in which can be sought.
        index: what it holds.
        sources: the content of each member of `Index.head`, by its name.
        layers: the packed end of the archive, from its beginning; see `images.bundle.layers`.

    Raises:
        StepFailed: a file is no longer what the index says.
    """
    target.write(b"\0" * SIZE)
    summed = _Summed(target)
    text = index.text()
    with packer(summed) as pack:  # type: ignore[arg-type] # it wants no more than `write`
        pack.write(header(Member(INDEX_NAME, len(text), "")) + text + padding(len(text)))
        for member in index.head():
            _add(pack, member, sources[member.name]())
    layers.seek(0)
    shutil.copyfileobj(layers, summed, _PIECE)
    target.seek(0)
    target.write(seal(summed.digest.hexdigest(), summed.size))


def _add(pack: Any, member: Member, pieces: Iterable[bytes]) -> None:
    pack.write(header(member))
    total, size = hashlib.sha256(), 0
    for piece in pieces:
        total.update(piece)
        size += len(piece)
        pack.write(piece)
    if (size, total.hexdigest()) != (member.size, member.sha256):
        raise StepFailed(
            f"{member.name} was changed while it was read", id="file.changed-meanwhile"
        )
    pack.write(padding(size))
