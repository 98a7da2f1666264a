"""The fake engine's stream of what happens to containers."""

from __future__ import annotations

from queue import Queue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from envcheck.run.ports import Happening


class FakeHappenings:
    """Fulfils `envcheck.run.ports.Happenings`.

    Args:
        hears: the engine's list of those that are told.
        ours: whether a container, by its name, is one of those that are meant.
    """

    def __init__(
        self, hears: list[Callable[[Happening], None]], ours: Callable[[str], bool]
    ) -> None:
        self._hears = hears
        self._ours = ours
        self._queue: Queue[Happening | None] = Queue()
        hears.append(self._hear)

    def __iter__(self) -> Iterator[Happening]:
        """One after the other, until it is closed."""
        while (happening := self._queue.get()) is not None:
            yield happening

    def close(self) -> None:
        """Hear no more."""
        self._hears.remove(self._hear)
        self._queue.put(None)

    def _hear(self, happening: Happening) -> None:
        if self._ours(happening.container):
            self._queue.put(happening)
