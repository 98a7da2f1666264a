"""Which failures pass by themselves, and how long to wait for that. Pure.

Failures are told apart by the names that the fault catalogue gives them, never by their texts.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core.errors import StepFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from envcheck.core.errors import EnvcheckError

BROKEN = frozenset({"registry.broken"})
"""The registry answered that something is wrong with it."""

TIMEOUT = "registry.timeout"
SLOW_TRIES = 2
"""An engine waits 15 seconds for a registry's first answer, and we longer for the rest."""

NO_ANSWER = frozenset({TIMEOUT, "registry.unreachable", "registry.no-such-host"})
"""Nothing answered, or not to the end. A proxy or a certificate does not mend itself."""

TRANSIENT = BROKEN | NO_ANSWER

_IN_SHORT = {
    "registry.broken": "the registry failed",
    TIMEOUT: "no answer in time",
    "registry.unreachable": "no connection, or it was cut",
    "registry.no-such-host": "no such address",
}


def in_short(error: EnvcheckError) -> str:
    """What a failure is that passes, in a few words."""
    return _IN_SHORT.get(error.id, error.what)


@dataclass(frozen=True)
class Patience:
    """How often something is tried, and how long the waits in between may get.

    Attributes:
        passing: the ids of the failures that are worth another try.
        tries: in all, the first included.
        first: seconds that the first wait takes at most; each further one may take twice as long.
        longest: seconds that no wait exceeds.
        chance: a number between 0 and 1. A wait takes that share of its most, so that machines
            which failed together do not come back together ("full jitter").
    """

    passing: frozenset[str] = TRANSIENT
    tries: int = 5
    first: float = 1.0
    longest: float = 20.0
    chance: Callable[[], float] = random.random

    def pause(self, failed: int) -> float:
        """Seconds to wait after so many failures."""
        most: float = self.first * 2.0 ** (failed - 1)
        return min(most, self.longest) * self.chance()

    def tries_for(self, error: EnvcheckError) -> int:
        """How often something is tried that fails so: what is slow to fail, less often."""
        return min(self.tries, SLOW_TRIES) if error.id == TIMEOUT else self.tries

    def again(self, error: EnvcheckError, failed: int) -> bool:
        """Whether another try is worth it after so many failures, this one the last of them."""
        return error.id in self.passing and failed < self.tries_for(error)


def told_often(error: EnvcheckError, failed: int) -> EnvcheckError:
    """The error, with how often it was met where that is more than once."""
    if failed < 2 or not isinstance(error, StepFailed):  # noqa: PLR2004
        return error
    said = f"{error.what} (tried {failed} times)"
    return type(error)(said, id=error.id, evidence=error.evidence, fix=error.fix)
