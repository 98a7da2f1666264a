"""An end to pulls of which nothing is heard any more.

Engines wait without a limit for a registry that falls silent in the middle of a layer. Since an
engine fetches few layers at a time, a pull may rightly have to wait for others: only when nothing
comes of any pull for a while are they broken off, to be tried again.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix, RegistryUnreachable
from envcheck.run.executor import beside
from envcheck.run.ports import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from envcheck.run.ports import Clock

LONGEST = 90.0
"""Seconds without a byte of any image. Extracting a layer is told of as well."""


@dataclass
class Silence:
    """Watches over the pulls of a run."""

    clock: Clock
    longest: float = LONGEST
    _heard: float = field(default=0.0, init=False)

    def heard(self) -> None:
        """Something came."""
        self._heard = self.clock.now()

    @contextmanager
    def broken(self, cut: Callable[[], None], image: str) -> Iterator[None]:
        """Have a pull under way during the context; ``cut`` breaks it off.

        Raises:
            RegistryUnreachable: it was broken off, as nothing was heard for too long.
            Stopped: it was broken off, as the run was.
        """
        self.heard()
        watch = _Watch(self, cut)
        try:
            with beside(watch, watch.end):
                yield
        except Exception:
            # What the cut does to whoever reads the stream is no failure of its own.
            watch.tell(image)
            raise
        watch.tell(image)

    def left(self) -> float:
        """Seconds until it will have lasted too long."""
        return self._heard + self.longest - self.clock.now()


@dataclass
class _Watch:
    """Waits beside a pull, and breaks it off where that is due."""

    silence: Silence
    cut: Callable[[], None]
    _over: threading.Event = field(default_factory=threading.Event)
    _silent: bool = False
    _stopped: bool = False

    def __call__(self) -> None:
        """Wait until the pull is over, too long silent, or the run broken off."""
        try:
            while not self._over.is_set():
                left = self.silence.left()
                if left <= 0:
                    self._silent = True
                    break
                self.silence.clock.wait(left, self._over.is_set)
        except Stopped:
            self._stopped = True
        if not self._over.is_set():
            self.cut()

    def end(self) -> None:
        """The pull is over."""
        self._over.set()
        self.silence.clock.wake()

    def tell(self, image: str) -> None:
        """Raise what the pull was broken off for, if it was."""
        if self._stopped:
            raise Stopped
        if self._silent:
            raise RegistryUnreachable(
                f"pulling {image}: nothing came of it for {self.silence.longest:.0f} s",
                id="registry.timeout",
                fix=Fix("try again; if it lasts, name a mirror in ENVCHECK_MIRRORS"),
            )
