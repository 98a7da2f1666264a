"""The files of seeds: what is in them, and a way to read them, unpacked, piece by piece."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from envcheck.run.ports import Content

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE = 1 << 20
_HEAD = 64
_PACKED = ".gz"


class UnusableFile(Exception):
    """A file that cannot be a seed; the text says why, after the file's name."""


@dataclass(frozen=True)
class SeedLook:
    """What was seen of a file.

    Attributes:
        path: where it is, absolute.
        packed: whether it is a gzip file.
        head: the first bytes of what is in it, unpacked.
        digest: of the file as it is.
    """

    path: str
    packed: bool
    head: bytes
    digest: str


def look(root: str, name: str) -> SeedLook:
    """Look at a file in a profile's folder.

    Raises:
        UnusableFile: it is not there, no file, not readable, or not in that folder.
    """
    path, packed = Path(root) / name, name.endswith(_PACKED)
    try:
        _refuse(path, Path(root))
        return SeedLook(str(path), packed, _head(path, packed=packed), _digest(path))
    except gzip.BadGzipFile as error:
        raise UnusableFile(f"is no gzip file, though its name ends in {_PACKED}") from error
    except (EOFError, zlib.error) as error:
        raise UnusableFile(f"cannot be unpacked: {error}") from error
    except OSError as error:
        raise UnusableFile(f"cannot be read: {error.strerror or error}") from error
    except (RuntimeError, ValueError) as error:  # links in a circle; a name that no file can have
        raise UnusableFile(f"cannot be read: {error}") from error


def _refuse(path: Path, root: Path) -> None:
    if not path.resolve().is_relative_to(root.resolve()):
        raise UnusableFile("leads out of the profile's folder")
    if not path.exists():
        raise UnusableFile("is not there")
    if not path.is_file():
        raise UnusableFile("is no file")


def content(path: str, *, packed: bool) -> Content:
    """What is in a file, unpacked. It is read through once to learn how much that is.

    Raises:
        OSError, EOFError, zlib.error: it cannot be read, or not be unpacked.
    """

    def pieces() -> Iterator[bytes]:
        with _opened(Path(path), packed=packed) as file:
            while piece := file.read(_PIECE):
                yield piece

    # A gzip file says how much is in it, but only up to 4 GB, and of its last part (RFC 1952).
    size = sum(len(piece) for piece in pieces()) if packed else Path(path).stat().st_size
    return Content(size, pieces)


def _opened(path: Path, *, packed: bool) -> BinaryIO:
    return cast("BinaryIO", gzip.open(path, "rb")) if packed else path.open("rb")


def _head(path: Path, *, packed: bool) -> bytes:
    with _opened(path, packed=packed) as file:
        return file.read(_HEAD)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
