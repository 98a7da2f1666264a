"""A lookout without threads: what it asks is answered before it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.run.lookout import Lookout

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fake.engine import FakeEngine


class _Answered:
    """A call that has ended."""

    def __init__(self, call: Callable[[], object]) -> None:
        self._error: Exception | None = None
        try:
            self._value = call()
        except Exception as error:  # noqa: BLE001 - it is raised again where it is asked for
            self._error = error

    def done(self) -> bool:
        """It has."""
        return True

    def result(self) -> object:
        """What it returned or raised."""
        if self._error is not None:
            raise self._error
        return self._value


def lookout_for(engine: FakeEngine) -> Lookout:
    """A lookout that hears all that happens on a fake engine."""
    lookout = Lookout(engine.clock, lambda call, _ended: _Answered(call))
    engine.hears.append(lookout.hear)
    return lookout
