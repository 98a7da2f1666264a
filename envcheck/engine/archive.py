"""Files into containers and out of them, as archives, whether they run or not."""

from __future__ import annotations

import io
import posixpath
import tarfile
import time
from typing import TYPE_CHECKING, Any

from docker.errors import NotFound

from envcheck.core.errors import StepFailed
from envcheck.engine.failures import explanation, ours
from envcheck.engine.volume_data import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envcheck.engine.volume_data import VolumeData
    from envcheck.run.ports import Content

_END = b"\0" * (2 * tarfile.BLOCKSIZE)


class Archive:
    """Moves files through the SDK's low-level client; ``volumes`` holds those that nobody has."""

    def __init__(self, api: Any, volumes: VolumeData) -> None:
        self._api = api
        self._volumes = volumes

    @ours("writing a file into", "create")
    def put(self, name: str, path: str, content: Content) -> None:
        """Write a file into a container; ObjectMissing where there is no such folder."""
        folder, file = posixpath.split(path)
        # A generator: what is sent may be larger than the memory.
        self._api.put_archive(name, folder, _packed(file, content))

    @ours("reading a file in")
    def read(self, name: str, path: str) -> bytes | None:
        """A small file in a container, or None where it is not there."""
        try:
            stream, _ = self._api.get_archive(name, path)
            archive = b"".join(stream)
        except NotFound as error:
            if "no such container" in explanation(error).lower():
                raise
            return None
        return _only_file(archive)

    def read_in_volume(
        self, volume: str, file: str, image: str, labels: Mapping[str, str]
    ) -> bytes | None:
        """A small file in a volume that no container has, or None where it is not there.

        It is read through a container that is never started.
        """
        with self._volumes.held(volume, image, labels) as name:
            return self.read(name, f"/{ROOT}/{file}")


def _packed(file: str, content: Content) -> Iterator[bytes]:
    """A tar archive with one file, piece by piece.

    Raises:
        StepFailed: there is more or less of it than was said.
    """
    entry = tarfile.TarInfo(file)
    entry.size, entry.mtime = content.size, int(time.time())
    yield entry.tobuf(tarfile.GNU_FORMAT)
    sent = 0
    for piece in content.pieces():
        sent += len(piece)
        yield piece
    if sent != content.size:
        text = f"{file} was changed while it was read"
        raise StepFailed(text, id="file.changed-meanwhile")
    yield b"\0" * (-sent % tarfile.BLOCKSIZE) + _END


def _only_file(archive: bytes) -> bytes | None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        entry = tar.next()
        found = tar.extractfile(entry) if entry is not None else None
        return found.read() if found is not None else None
