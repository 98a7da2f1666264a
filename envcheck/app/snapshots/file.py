"""The file of a snapshot: volumes packed one after the other, then the index of them.

Nothing is known of a volume before it was read to its end, so the index stands behind them.
"""

from __future__ import annotations

import hashlib
import tarfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from envcheck.app.snapshots import seal
from envcheck.app.snapshots.members import Members
from envcheck.core.snapshot import Index, SavedVolume, damaged, malformed, read_index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    Tell = Callable[[int], None]
    """Hears how many bytes were read, unpacked."""

LEVEL = 1
"""Of zstd. A database's volume packs as small as with 3, its default, in half of the time (776 MB
to 231 MB in 1.6 s instead of 3.7 s), and its services stand still for as long as that takes."""

WINDOW = 1 << 23
"""Bytes that unpacking may keep in memory; level 1 needs a sixteenth of that."""

_PIECE = 1 << 20
_END = 2 * tarfile.BLOCKSIZE
"""Bytes with which an archive ends at least."""


@dataclass(frozen=True)
class Snapshot:
    """An open snapshot, whose index is the one that was sealed."""

    file: BinaryIO
    index: Index


@dataclass
class _Packed:
    """Passes packed bytes on to a file, and sums them up."""

    target: BinaryIO
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def write(self, piece: bytes) -> int:
        self.digest.update(piece)
        self.size += len(piece)
        return self.target.write(piece)


class Writer:
    """Writes a snapshot into an empty file in which can be sought."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._end = seal.SIZE
        target.write(b"\0" * seal.SIZE)

    def volume(self, known: SavedVolume, pieces: Iterable[bytes], tell: Tell) -> SavedVolume:
        """Add a volume.

        Args:
            known: what is known of it before it was read.
            pieces: its archive.
            tell: hears how many bytes of it were read.
        """
        from zstandard import ZstdCompressor

        packed, size = _Packed(self._target), 0
        compress = ZstdCompressor(level=LEVEL, threads=-1, write_checksum=True)
        with compress.stream_writer(packed, closefd=False) as pack:  # type: ignore[arg-type] # it wants no more than `write`
            for piece in pieces:
                pack.write(piece)
                size += len(piece)
                tell(size)
        offset, self._end = self._end, self._end + packed.size
        return SavedVolume(
            name=known.name,
            service=known.service,
            seed=known.seed,
            size=size,
            offset=offset,
            packed=packed.size,
            sha256=packed.digest.hexdigest(),
        )

    def close(self, index: Index) -> None:
        """Add the index, and seal the file."""
        text = index.text()
        self._target.write(seal.framed(text))
        self._target.seek(0)
        self._target.write(seal.seal_of(self._end, text).written())
        self._target.flush()


def open_snapshot(file: BinaryIO) -> Snapshot:
    """Look at a file's seal and index.

    Raises:
        SnapshotInvalid: it is no snapshot, or its index is not the one that was sealed.
    """
    file.seek(0)
    found = seal.read_seal(file.read(seal.SIZE))
    file.seek(found.offset)
    index = read_index(seal.index_text(found, file.read(seal.MOST + seal.SIZE)))
    end = seal.SIZE
    for volume in index.volumes:
        if volume.offset != end:
            raise malformed("its volumes do not follow each other")
        end += volume.packed
    if end != found.offset:
        raise malformed("its index does not follow its volumes")
    return Snapshot(file, index)


def verify(snapshot: Snapshot, tell: Tell) -> None:
    """Read a snapshot through: its checksums, and every name in its volumes.

    Raises:
        SnapshotInvalid: it is not as it was made, or holds what no snapshot may hold.
    """
    done = 0
    for volume in snapshot.index.volumes:
        stream = _Unpacked(snapshot.file, volume, lambda size, before=done: tell(before + size))  # type: ignore[misc] # mypy cannot tell the default's type
        _check_members(stream, volume)
        stream.finish()
        done += volume.size


def pieces(snapshot: Snapshot, volume: SavedVolume, tell: Tell) -> Iterator[bytes]:
    """A volume's archive, piece by piece; compared once more while it is read.

    Raises:
        SnapshotInvalid: it was changed since it was verified.
    """
    stream = _Unpacked(snapshot.file, volume, tell)
    while piece := stream.read(_PIECE):
        yield piece
    stream.finish()


def _check_members(stream: _Unpacked, volume: SavedVolume) -> None:
    members = Members()
    try:
        with tarfile.open(fileobj=stream, mode="r|", bufsize=_PIECE) as archive:  # type: ignore[call-overload] # it wants no more than `read`
            for member in archive:
                if fault := members.fault_of(member):
                    name = ascii(member.name)[1:-1][:80]
                    raise malformed(f"volume {volume.name} holds {name}: {fault}")
                archive.members = []  # it would remember them all
            ends = archive.offset
    except (tarfile.TarError, EOFError, UnicodeError, ValueError, OverflowError) as error:
        raise malformed(f"volume {volume.name} is no archive") from error
    # An engine that cannot read on ends its answer as if all were there, without these.
    if not members.any or volume.size - ends < _END:
        raise malformed(f"volume {volume.name} is not there to its end")


class _Unpacked:
    """A volume in a snapshot's file, unpacked as it is read; never more than its index says."""

    def __init__(self, file: BinaryIO, volume: SavedVolume, tell: Tell) -> None:
        from zstandard import ZstdDecompressor

        self._raw = _Part(file, volume)
        self._volume = volume
        self._tell = tell
        self._done = 0
        unpack = ZstdDecompressor(max_window_size=WINDOW)
        self._stream = unpack.stream_reader(self._raw, closefd=False, read_size=_PIECE)  # type: ignore[arg-type] # it wants no more than `read`

    def read(self, size: int = _PIECE) -> bytes:
        """The next bytes, fewer than that many at the end only."""
        from zstandard import ZstdError

        parts = []
        try:
            while size and (part := self._stream.read(size)):
                parts.append(part)
                size -= len(part)
        except (ZstdError, MemoryError) as error:
            raise damaged(f"volume {self._volume.name} cannot be unpacked") from error
        piece = parts[0] if len(parts) == 1 else b"".join(parts)
        self._done += len(piece)
        if self._done > self._volume.size:
            raise damaged(f"volume {self._volume.name} is larger than its index says")
        self._tell(self._done)
        return piece

    def finish(self) -> None:
        """See that all of it was there, and was what was written."""
        while self.read():
            pass
        if self._done != self._volume.size or not self._raw.is_whole():
            raise damaged(f"volume {self._volume.name} is not as it was saved")


class _Part:
    """The packed bytes of one volume, summed up as they are read."""

    def __init__(self, file: BinaryIO, volume: SavedVolume) -> None:
        file.seek(volume.offset)
        self._file = file
        self._volume = volume
        self._left = volume.packed
        self._digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        most = self._left if size < 0 else min(size, self._left)
        piece = self._file.read(most) if most else b""
        self._left -= len(piece)
        self._digest.update(piece)
        return piece

    def is_whole(self) -> bool:
        """Whether all of them were read, and are those that were written."""
        while self.read(_PIECE):
            pass
        return not self._left and self._digest.hexdigest() == self._volume.sha256
