"""The files of fake containers: in their volumes where one is mounted, in themselves elsewhere."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from tests.fake.store import missing

if TYPE_CHECKING:
    from envcheck.run.ports import Content
    from tests.fake.store import Store
    from tests.fake.things import Container

FOLDERS = ("/", "/tmp", "/etc")
"""What every image has."""


class Files:
    """Reads and writes the files of the containers in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, container: Container, path: str, content: Content) -> None:
        """Write a file; its folder must be there."""
        files, place = self._place(container, path)
        folder = posixpath.dirname(place)
        if files is container.files and folder not in FOLDERS:
            raise missing(f"Could not find the file {folder} in container {container.spec.name}")
        files[place] = b"".join(content.pieces())
        assert len(files[place]) == content.size

    def read(self, container: Container, path: str) -> bytes | None:
        """What is in a file."""
        files, place = self._place(container, path)
        return files.get(place)

    def _place(self, container: Container, path: str) -> tuple[dict[str, bytes], str]:
        """Whose file it is, and its path there."""
        for mount in container.spec.mounts:
            if path.startswith(f"{mount.target}/"):
                volume = self._store.volumes[mount.volume]
                return volume.files, path.removeprefix(mount.target)
        return container.files, path
