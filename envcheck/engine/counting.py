"""What engines count only for one asker at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from docker.errors import APIError

from envcheck.engine.failures import explanation
from envcheck.run.poll import poll
from envcheck.run.ports import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_BUSY = "disk usage operation is already running"  # up to 23.0; later ones share the answer
_PATIENCE = 60.0  # seconds; it reads through all volumes for each asker


def counted(call: Callable[[], T]) -> T:
    """What a call returns, once the engine has counted for all who asked before.

    Raises:
        Exception: whatever the call raised, and that somebody else is served still.
    """

    def attempt() -> tuple[T] | None:
        try:
            return (call(),)
        except APIError as error:
            if _BUSY not in explanation(error):
                raise
            return None

    found = poll(attempt, seconds=_PATIENCE, clock=SystemClock())
    return found[0] if found is not None else call()
