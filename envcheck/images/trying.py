"""Trying again what fails for reasons that pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from envcheck.core import figures
from envcheck.core.errors import EnvcheckError
from envcheck.images.patience import in_short, told_often

if TYPE_CHECKING:
    from collections.abc import Callable

    from envcheck.images.patience import Patience
    from envcheck.run.ports import Clock

T = TypeVar("T")


def persist(
    act: Callable[[], T], patience: Patience, clock: Clock, tell: Callable[[str], None]
) -> T:
    """Do something, and again where it fails for a reason that passes.

    Args:
        act: what is done; an EnvcheckError says that it failed.
        patience: how often, and how long is waited in between.
        clock: the waits end with it when the run is broken off.
        tell: hears of each wait, in a few words.

    Raises:
        EnvcheckError: the last failure, with how often it was tried.
        Stopped: the run was broken off during a wait.
    """
    failed = 0
    while True:
        try:
            return act()
        except EnvcheckError as error:
            failed += 1
            if not patience.again(error, failed):
                raise told_often(error, failed) from error
            pause = patience.pause(failed)
            wait = f"retrying in {figures.seconds(pause)}"
            tell(f"{wait}: {in_short(error)} ({failed + 1} of {patience.tries_for(error)})")
        clock.wait(pause)
