"""The one loop that tries again: quickly at first, then gently, and never without an end."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from envcheck.run.ports import Clock

T = TypeVar("T")

FIRST_PAUSE = 0.005
LONGEST_PAUSE = 0.1
_GROWTH = 1.4


def poll(attempt: Callable[[], T | None], *, seconds: float, clock: Clock) -> T | None:
    """Call ``attempt`` until it gives something, or ``seconds`` have passed.

    What ``attempt`` raises ends the loop: it is how an attempt says that waiting is in vain.

    Returns:
        What the attempt gave, or None when the time ran out.
    """
    end = clock.now() + seconds
    pause = FIRST_PAUSE
    while True:
        found = attempt()
        if found is not None:
            return found
        left = end - clock.now()
        if left <= 0:
            return None
        clock.wait(min(pause, left))
        pause = min(pause * _GROWTH, LONGEST_PAUSE)
