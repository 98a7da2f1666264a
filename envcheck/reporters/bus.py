"""The bus: takes events from any thread, keeps them, and passes each to the reporters in turn."""

from __future__ import annotations

import sys
from threading import RLock
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from envcheck.core.events import Event
    from envcheck.core.report import Report
    from envcheck.reporters.protocol import Reporter

T = TypeVar("T")


class Bus:
    """Events in the order in which they happened, and those who hear of them.

    A reporter that raises cannot break the run: the first exception is kept in ``trouble`` and told
    on stderr when the run is over.
    """

    def __init__(self, *reporters: Reporter) -> None:
        self._reporters = reporters
        self._events: list[Event] = []
        self._lock = RLock()
        self.trouble: Exception | None = None

    @property
    def events(self) -> tuple[Event, ...]:
        """All events so far."""
        with self._lock:
            return tuple(self._events)

    def emit(self, event: Event) -> None:
        """Keep an event and pass it on."""
        with self._lock:
            self._events.append(event)
            for reporter in self._reporters:
                self._attempt(reporter.handle, event)

    def finish(self, report: Report) -> None:
        """Give every reporter the report, and say which one, if any, has failed."""
        with self._lock:
            for reporter in self._reporters:
                self._attempt(reporter.finish, report)
        # A closed pipe is no trouble: whoever read our output (`head`) has seen enough.
        if self.trouble is not None and not isinstance(self.trouble, BrokenPipeError):
            name, text = type(self.trouble).__name__, str(self.trouble)
            line = (
                f"envcheck: a reporter failed, so something may not have been shown: {name}: {text}"
            )
            print(line, file=sys.stderr)  # noqa: T201

    def _attempt(self, call: Callable[[T], None], value: T) -> None:
        try:
            call(value)
        except Exception as error:  # noqa: BLE001 - a listener must not be able to stop the work
            self.trouble = self.trouble or error
