"""What is in fake volumes, as archives."""

from __future__ import annotations

import io
import tarfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from envcheck.core.spec import ContainerSpec, Mount
from envcheck.engine.volume_data import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tests.fake.engine import FakeEngine


class FakeVolumeData:
    """Moves data between archives and the volumes of a fake engine."""

    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine

    @contextmanager
    def held(
        self, volume: str, image: str, labels: Mapping[str, str], *, writable: bool = False
    ) -> Iterator[str]:
        """A container that has the volume."""
        name = f"holds-{volume}-{'rw' if writable else 'ro'}"
        mount = Mount(volume, f"/{ROOT}")
        self._engine.create_container(
            ContainerSpec(name, "", image, "none", {}, (), (mount,), labels)
        )
        try:
            yield name
        finally:
            self._engine.remove_container(name)

    def read(self, holder: str) -> Iterator[bytes]:
        """The archive of its volume."""
        self._engine.before_each_act(("read", holder))
        target = io.BytesIO()
        with tarfile.open(fileobj=target, mode="w") as archive:
            root = tarfile.TarInfo(ROOT)
            root.type = tarfile.DIRTYPE
            archive.addfile(root)
            for path, content in self._files(holder).items():
                entry = tarfile.TarInfo(f"{ROOT}{path}")
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
        yield target.getvalue()

    def fill(self, holder: str, pieces: Iterable[bytes]) -> None:
        """Unpack an archive into its volume; file by file, as an engine does."""
        files = self._files(holder)
        with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as archive:
            for entry in archive:
                content = archive.extractfile(entry)
                if content is not None:
                    self._engine.before_each_act(("fill", entry.name))
                    files[entry.name.removeprefix(ROOT)] = content.read()

    def _files(self, holder: str) -> dict[str, bytes]:
        (mount,) = self._engine.store.container(holder).spec.mounts
        return self._engine.store.volumes[mount.volume].files
