"""The one loop that tries again: quickly at first, then gently, and never without an end."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from envcheck.run.ports import Pauses

T = TypeVar("T")

FIRST_PAUSE = 0.005
LONGEST_PAUSE = 0.1
SHARE = 0.02
"""Of the time that has passed, what a pause may be: what took long may be seen a little later."""


def poll(attempt: Callable[[], T | None], *, seconds: float, clock: Pauses) -> T | None:
    """Call ``attempt`` until it gives something, or ``seconds`` have passed.

    What ``attempt`` raises ends the loop: it is how an attempt says that waiting is in vain.

    Returns:
        What the attempt gave, or None when the time ran out.
    """
    begun = clock.now()
    end = begun + seconds
    while True:
        found = attempt()
        if found is not None:
            return found
        now = clock.now()
        if now >= end:
            return None
        pause = min(max(FIRST_PAUSE, (now - begun) * SHARE), LONGEST_PAUSE)
        clock.wait(min(pause, end - now))
