"""A clock that goes forward only when somebody waits, and remembers every wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class FakeClock:
    """Fulfils `envcheck.run.ports.Clock`; the waits themselves take no time at all."""

    def __init__(self, now: float = 1000.0) -> None:
        self._now = now
        self.waits: list[float] = []
        self.at_each_wait: Callable[[], None] = lambda: None
        self.aging: list[Callable[[], None]] = []

    def now(self) -> float:
        """Seconds on this clock."""
        return self._now

    def wait(self, seconds: float, until: Callable[[], bool] | None = None) -> None:
        """Let all of that time pass, unless what is waited for is there already."""
        if until is not None and until():
            return
        self.waits.append(seconds)
        self._now += seconds
        for age in self.aging:
            age()
        self.at_each_wait()

    def wake(self) -> None:
        """Nobody waits on this clock, so there is nobody to wake."""

    def stop(self) -> None:
        """Nobody waits on this clock, so there is nobody to stop."""
