"""The bus: takes events from any thread, keeps them, and passes each to the reporters in turn."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar

from envcheck.core.errors import EnvcheckError
from envcheck.core.events import Connect, ProfileRead
from envcheck.core.lanes import timeline
from envcheck.core.report import fold
from envcheck.core.secrets import blank_values
from envcheck.core.texts import with_texts
from envcheck.core.timeline import Timed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envcheck.core.events import Event
    from envcheck.core.report import Report
    from envcheck.reporters.protocol import Reporter

T = TypeVar("T")
NOTHING: Mapping[str, Any] = {}

_SAID = frozenset(
    {
        *("summary", "what", "evidence", "logs", "heard", "detail", "text", "line", "phase"),
        *("message", "hint", "note", "reason", "version", "product"),
    }
)
"""The fields of events that hold what others have said."""


class Bus:
    """Events in the order in which they happened, and those who hear of them.

    A reporter that raises cannot break the run: its first exception is kept in ``troubles`` and
    told on stderr when the run is over.

    Args:
        reporters: who hears of every event.
        clock: seconds of a clock that never goes back; the run begins now.
    """

    def __init__(self, *reporters: Reporter, clock: Callable[[], float] = time.monotonic) -> None:
        self._reporters = reporters
        self._clock = clock
        self._began = clock()
        self._timed: list[Timed] = []
        self._lock = RLock()
        self._secrets: frozenset[str] = frozenset()
        self.troubles: dict[Reporter, Exception] = {}

    @property
    def events(self) -> tuple[Event, ...]:
        """All events so far."""
        return tuple(timed.event for timed in self.timed)

    @property
    def timed(self) -> tuple[Timed, ...]:
        """All events so far, each with the second of the run at which it came."""
        with self._lock:
            return tuple(self._timed)

    @property
    def seconds(self) -> float:
        """How long the run has taken so far."""
        return self._clock() - self._began

    def emit(self, event: Event) -> None:
        """Keep an event and pass it on, without the secrets of the profile."""
        with self._lock:
            if isinstance(event, ProfileRead):
                self._secrets |= event.secrets
                event = replace(event, secrets=frozenset())
            event = self._hidden(event)
            self._timed.append(Timed(self.seconds, event))
            for reporter in self._reporters:
                self._attempt(reporter, reporter.handle, event)

    def finish(self, report: Report) -> None:
        """Give every reporter the report, and say which of them, if any, have failed."""
        with self._lock:
            for reporter in self._reporters:
                self._attempt(reporter, reporter.finish, report)
        for trouble in self.troubles.values():
            # A closed pipe is no trouble: whoever read our output (`head`) has seen enough.
            if not isinstance(trouble, BrokenPipeError):
                print(_told(trouble), file=sys.stderr)  # noqa: T201

    def report(self, extra: Mapping[str, Any] = NOTHING) -> Report:
        """All of it as one value, with what the command adds."""
        seconds = self.seconds
        course = timeline(self.timed, seconds)
        return replace(fold(self.events), seconds=seconds, timeline=course, extra=extra)

    def blanked(self, text: str, shortest: int = 0) -> str:
        """A text that is no event, without those secrets; shorter ones are left if so asked."""
        return blank_values(text, (one for one in self._secrets if len(one) >= shortest))

    def _hidden(self, event: Event) -> Event:
        """The event without secrets in what services, engines and commands have said.

        Names and ids stay as they are: they were chosen, and others are told apart by them.
        """
        if not self._secrets or isinstance(event, Connect):  # that one is there to tell them
            return event

        def changed(text: str, field: str) -> str:
            return self.blanked(text) if field in _SAID else text

        return with_texts(event, changed)

    def _attempt(self, reporter: Reporter, call: Callable[[T], None], value: T) -> None:
        try:
            call(value)
        except Exception as error:  # noqa: BLE001 - a listener must not be able to stop the work
            self.troubles.setdefault(reporter, error)


def _told(trouble: Exception) -> str:
    if isinstance(trouble, EnvcheckError):
        return f"envcheck: {trouble.what}"
    name = type(trouble).__name__
    return f"envcheck: a reporter failed, so something may not have been shown: {name}: {trouble}"
