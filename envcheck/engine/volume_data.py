"""All that is in a volume, as one archive: out of it and into it, through the engine alone.

The engine's archive API needs a container that has the volume mounted; one that is created and
never started will do. Owners, rights, links and file capabilities are kept; the times of files to
the second; sockets are left out (moby, pkg/archive and daemon/archive.go).
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from envcheck.engine.container_config import for_one_command, guards
from envcheck.engine.failures import SDK_ERRORS, our_error, ours, symptom

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

ROOT = "envcheck-volume"
"""The folder where a volume is mounted for that, which no image has. Every name in its archive
begins with it: only so does the engine give the volume's own root its owner and rights back; of an
archive's entry "." it takes no notice (moby, pkg/archive/archive.go, Unpack)."""

_PIECE = 1 << 20


class VolumeData:
    """Moves data through the SDK's low-level client; ``remove`` removes a container of ours.

    ``process`` is our own process, by which a container that is made for it is known.
    """

    def __init__(self, api: Any, remove: Callable[[str], None], process: str) -> None:
        self._api = api
        self._remove = remove
        self._process = process

    @contextmanager
    def held(
        self, volume: str, image: str, labels: Mapping[str, str], *, writable: bool = False
    ) -> Iterator[str]:
        """A container of that image which has the volume and is never started; gone afterwards.

        Raises:
            StepFailed: it cannot be made.
        """
        name = self._hold(volume, image, labels, "rw" if writable else "ro")
        try:
            yield name
        finally:
            self._remove(name)

    @ours("holding volume", "create")
    def _hold(self, volume: str, image: str, labels: Mapping[str, str], mode: str) -> str:
        host = self._api.create_host_config(
            binds=[f"{volume}:/{ROOT}:{mode}"], network_mode="none", **guards()
        )
        known = for_one_command(labels, self._process)
        made = self._api.create_container(image, command=["true"], labels=known, host_config=host)
        return str(made["Id"])

    def read(self, holder: str) -> Iterator[bytes]:
        """The archive of all that is in the volume of that container, piece by piece.

        Raises:
            StepFailed: it cannot be read, or the engine broke off.
        """
        try:
            stream, _ = self._api.get_archive(holder, f"/{ROOT}", chunk_size=_PIECE)
            yield from stream
        except SDK_ERRORS as error:
            raise our_error(symptom(error, "ask"), "reading a volume") from error

    @ours("filling the volume of", "create")
    def fill(self, holder: str, pieces: Iterable[bytes]) -> None:
        """Unpack such an archive into the volume of that container.

        Raises:
            StepFailed: the engine cannot, or what gives the pieces failed.
        """
        # A generator: what is sent may be larger than the memory.
        self._api.put_archive(holder, "/", (piece for piece in pieces))
