"""The members of a bundle's archive as bytes. There is one way to write each.

A reader does not parse headers: it compares them with what the index demands. So an archive holds
no links, devices, second names or other things that a header could say.
"""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from envcheck.images.bundle.index import Member

BLOCK = tarfile.BLOCKSIZE
END = b"\0" * (2 * BLOCK)
_SIZE = slice(124, 136)  # where a header says how long its file is (POSIX ustar)


def header(member: Member) -> bytes:
    """What stands before a member's content."""
    entry = tarfile.TarInfo(member.name)
    entry.size, entry.mode = member.size, member.mode
    return entry.tobuf(tarfile.GNU_FORMAT)


def padding(size: int) -> bytes:
    """What stands behind so many bytes of content."""
    return b"\0" * (-size % BLOCK)


def size_in(block: bytes) -> int | None:
    """The length that a header names, or None where it names none."""
    digits = block[_SIZE].rstrip(b"\0")
    return int(digits, 8) if digits.isdigit() and not set(digits) & set(b"89") else None
