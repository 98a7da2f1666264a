"""Layers of images on their way: files that keep what has come until all of it is there."""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix, StepFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PIECE = 1 << 20


@dataclass(frozen=True)
class LayerFiles:
    """A folder with a file for each blob, named after its digest."""

    folder: Path

    def length(self, digest: str) -> int:
        """Bytes of a blob that have come so far."""
        file = self._file(digest)
        return file.stat().st_size if file.exists() else 0

    def add(self, digest: str, pieces: Iterable[bytes], begin: int) -> Iterator[int]:
        """Write what comes of a blob from a byte on, and tell of each piece how long it was.

        What has come stays, whatever breaks it off.

        Raises:
            StepFailed: it cannot be written.
        """
        try:
            with self._file(digest).open("ab") as file:
                file.truncate(begin)
                for piece in pieces:
                    file.write(piece)
                    yield len(piece)
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    def holds(self, digest: str, size: int) -> bool:
        """Whether all of a blob has come; one that is not what it should be is thrown away."""
        if self.length(digest) < size:
            return False
        found = hashlib.sha256()
        for piece in self.pieces(digest):
            found.update(piece)
        if digest == f"sha256:{found.hexdigest()}":
            return True
        self._file(digest).unlink()
        return False

    def pieces(self, digest: str) -> Iterator[bytes]:
        """A blob's content."""
        with self._file(digest).open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece

    def _file(self, digest: str) -> Path:
        return self.folder / digest.replace(":", "-")


@contextmanager
def layer_files() -> Iterator[LayerFiles]:
    """Such a folder, on the disk for large temporary files; gone when the context ends.

    Raises:
        StepFailed: it cannot be made.
    """
    # /tmp may lie in memory; what is large belongs into /var/tmp (Filesystem Hierarchy Standard).
    large = Path("/var/tmp")  # noqa: S108 - the folder in it has a name of its own
    try:
        made = tempfile.TemporaryDirectory(
            prefix="envcheck-layers-", dir=large if large.is_dir() else None
        )
    except OSError as error:
        raise _unwritable(large, error) from error
    with made as folder:
        yield LayerFiles(Path(folder))


def _unwritable(folder: Path, error: OSError) -> StepFailed:
    return StepFailed(
        f"layers cannot be kept in {folder}: {error.strerror}",
        id="images.no-room-for-layers",
        fix=Fix("make room there"),
    )
