"""The seal: a bundle's first frame, which holds the checksum of all that follows.

It is a skippable frame of zstd (RFC 8878, section 3.1.2), so that `zstd -d` and `docker load` take
the file as it is. A file that was cut or damaged on its way is known by it before anything is
unpacked. It says nothing about who made the file: whoever changes one can seal it anew.
"""

from __future__ import annotations

import hashlib
import re
import struct
from typing import TYPE_CHECKING

from envcheck.core.errors import BundleInvalid, Fix

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

_FRAME = struct.Struct("<II")
_MAGIC = 0x184D2A5E
_TEXT = "envcheck bundle 1 sha256 {digest} bytes {size:016}\n"
_PATTERN = re.compile(rb"envcheck bundle (\d) sha256 ([0-9a-f]{64}) bytes (\d{16})\n")
_PIECE = 1 << 20

SIZE = _FRAME.size + len(_TEXT.format(digest="0" * 64, size=0))
"""Bytes of the seal."""


def seal(digest: str, size: int) -> bytes:
    """The seal for so many bytes with that SHA-256."""
    text = _TEXT.format(digest=digest, size=size).encode()
    return _FRAME.pack(_MAGIC, len(text)) + text


def check_seal(file: BinaryIO, tell: Callable[[int], None]) -> None:
    """See that a file is sealed and that its seal is not broken; leaves it behind the seal.

    Args:
        file: at its beginning.
        tell: hears how many bytes were read.

    Raises:
        BundleInvalid: it is no bundle, or not as it was made.
    """
    found = file.read(SIZE)
    match = _PATTERN.fullmatch(found[_FRAME.size :])
    if match is None or found[: _FRAME.size] != _FRAME.pack(_MAGIC, SIZE - _FRAME.size):
        raise BundleInvalid(
            "the file is no bundle of envcheck's, or a damaged one",
            id="bundle.not-one",
            fix=Fix("give a file that `envcheck bundle save` has made"),
        )
    digest, size = _summed(file, tell)
    if seal(digest, size) != found:
        said = int(match[3])
        cut = f": {size} of {said} bytes are there" if size != said else ""
        raise damaged(f"it is not as it was made{cut}")
    file.seek(SIZE)


def _summed(file: BinaryIO, tell: Callable[[int], None]) -> tuple[str, int]:
    total, size = hashlib.sha256(), 0
    while piece := file.read(_PIECE):
        total.update(piece)
        size += len(piece)
        tell(size)
    return total.hexdigest(), size


def damaged(why: str) -> BundleInvalid:
    """The error for a bundle that is not as it was made."""
    return BundleInvalid(
        f"the bundle is damaged: {why}", id="bundle.damaged", fix=Fix("copy it again")
    )
