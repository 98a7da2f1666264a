"""The first bytes of a snapshot's file: what it is, and where its index stands.

A skippable frame of zstd (RFC 8878, section 3.1.2), as is the index at the end: `zstd -d` gives the
volumes' archives, one after the other.
"""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass

from envcheck.core.errors import Fix, SnapshotInvalid
from envcheck.core.snapshot import damaged

_FRAME = struct.Struct("<II")
_MAGIC, _INDEX_MAGIC = 0x184D2A5D, 0x184D2A5C
_TEXT = "envcheck snapshot 1 index {offset:016} {size:016} sha256 {digest}\n"
_PATTERN = re.compile(rb"envcheck snapshot (\d) index (\d{16}) (\d{16}) sha256 ([0-9a-f]{64})\n")

SIZE = _FRAME.size + len(_TEXT.format(offset=0, size=0, digest="0" * 64))
MOST = 8 << 20
"""Bytes of an index; it is read into memory."""


@dataclass(frozen=True)
class Seal:
    """Where the index stands, how long it is, and its SHA-256."""

    offset: int
    size: int
    digest: str

    def written(self) -> bytes:
        """The seal as bytes; there is one way to write it."""
        text = _TEXT.format(offset=self.offset, size=self.size, digest=self.digest).encode()
        return _FRAME.pack(_MAGIC, len(text)) + text


def seal_of(offset: int, index: bytes) -> Seal:
    """The seal for an index that stands there."""
    return Seal(offset, len(index), hashlib.sha256(index).hexdigest())


def framed(index: bytes) -> bytes:
    """An index as it stands in the file."""
    return _FRAME.pack(_INDEX_MAGIC, len(index)) + index


def read_seal(block: bytes) -> Seal:
    """The seal from a file's first bytes.

    Raises:
        SnapshotInvalid: the file is no snapshot.
    """
    match = _PATTERN.fullmatch(block[_FRAME.size :])
    if match is not None:
        seal = Seal(int(match[2]), int(match[3]), match[4].decode())
        if seal.written() == block and seal.size <= MOST:
            return seal
    raise SnapshotInvalid(
        "the file is no snapshot of envcheck's, or a damaged one",
        id="snapshot.not-one",
        fix=Fix("give a file that `envcheck snapshot save` has made"),
    )


def index_text(seal: Seal, rest: bytes) -> bytes:
    """The index's text; ``rest`` is all of the file from the seal's offset on.

    Raises:
        SnapshotInvalid: it is not the one that was sealed.
    """
    text = rest[_FRAME.size :]
    if rest != framed(text) or seal_of(seal.offset, text) != seal:
        raise damaged("it ends too early, or was changed")
    return text
