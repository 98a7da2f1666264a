"""Logs of several containers at once: what was printed, in order, and then what is to come."""

from __future__ import annotations

import heapq
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from envcheck.core.errors import EnvcheckError, ObjectMissing
from envcheck.core.log import LogLine
from envcheck.core.spec import container_name
from envcheck.engine.log_stream import ALL
from envcheck.run.executor import LOOK_UP, aside, beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from envcheck.app.session import Session
    from envcheck.core.spec import Owner
    from envcheck.engine.happenings import EventStream
    from envcheck.engine.log_stream import LogStream

_HELD = 0.1
"""Seconds for which a line is held back, for an older one of another service to come before it."""

_AGAIN = 1.0
"""Seconds after the last container's end in which one may still be started again."""

_SECOND = len("2026-11-23T09:14:02")


class Known:
    """The lines of a service's last second, by which a stream that begins again goes on.

    What is older than the first line is not known but not wanted: only the last ones were.
    """

    def __init__(self) -> None:
        self._first = ""
        self._second = ""
        self._lines: set[tuple[str, str]] = set()

    def take(self, at: str, text: str) -> bool:
        """Whether a line is new."""
        second = at[:_SECOND]
        self._first = self._first or at
        if (at, text) in self._lines or second < self._second or at < self._first:
            return False
        if second > self._second:
            self._second, self._lines = second, set()
        self._lines.add((at, text))
        return True

    @property
    def since(self) -> float | None:
        """From where on to read again, as the engine takes it; None where nothing is known."""
        if not self._second:
            return None
        return datetime.fromisoformat(f"{self._second}+00:00").timestamp()


@dataclass(frozen=True)
class _Ended:
    container: str
    error: EnvcheckError | None = None


@dataclass(frozen=True)
class _Began:
    container: str


class Following:
    """The logs of an instance's services.

    Args:
        session: this run.
        owner: whose they are.
        services: those that are wanted.
        since: the second since 1970 from which on, or None.
        lines: how many of the last ones of each.
    """

    def __init__(
        self,
        session: Session,
        owner: Owner,
        services: Sequence[str],
        since: float | None,
        lines: int,
    ) -> None:
        self._engine = session.engine()
        self._instance = owner.instance
        self._names = {container_name(owner.instance, name): name for name in services}
        self._since = since
        self._lines = lines
        self._known = {name: Known() for name in services}
        self._news: SimpleQueue[LogLine | _Ended | _Began] = SimpleQueue()
        self._open: dict[str, LogStream | None] = {}
        self._again: set[str] = set()
        self._held: list[tuple[LogLine, float]] = []

    @contextmanager
    def hearing(self, wanted: bool) -> Iterator[None]:  # noqa: FBT001 - reads as a sentence
        """Hear of containers that are started meanwhile, where that is wanted."""
        if not wanted:
            yield
            return
        stream = self._engine.happenings(self._instance)
        try:
            with beside(lambda: self._hear(stream), stream.close):
                yield
        finally:
            for one in self._open.values():
                if one is not None:
                    one.close()

    def _hear(self, stream: EventStream) -> None:
        for happening in stream:
            if happening.action == "start" and happening.container in self._names:
                self._news.put(_Began(happening.container))

    def history(self, containers: Mapping[str, str]) -> list[LogLine]:
        """What they have printed up to now, in the order of time."""
        found: list[LogLine] = []
        for container, service in containers.items():
            try:
                stream = self._engine.log_stream(
                    container, since=self._since, lines=self._lines, follow=False
                )
                lines = [LogLine(at, service, text) for at, text in stream]
            except ObjectMissing:  # removed in this moment
                continue
            for line in lines:
                self._known[service].take(line.time, line.text)
            found += lines
        return sorted(found, key=lambda line: line.time)

    def follow(self, containers: Mapping[str, str], show: Callable[[LogLine], None]) -> None:
        """Show what they print from then on, until all have ended.

        Raises:
            StepFailed: the engine broke off.
        """
        for container in containers:
            self._read_on(container)
        last_end = time.monotonic()
        while self._open or self._held or time.monotonic() - last_end < _AGAIN:
            try:
                news = self._news.get(timeout=_HELD if self._held or not self._open else LOOK_UP)
            except Empty:
                pass
            else:
                last_end = self._take(news) or last_end
            self._release(show)

    def _take(self, news: LogLine | _Ended | _Began) -> float | None:
        """Take news in; the moment, where a container has ended."""
        match news:
            case LogLine():
                if self._known[news.service].take(news.time, news.text):
                    heapq.heappush(self._held, (news, time.monotonic()))
            case _Began(container):
                if container in self._open:
                    self._again.add(container)
                else:
                    self._read_on(container)
            case _Ended(container, error):
                del self._open[container]
                if error is not None and not isinstance(error, ObjectMissing):
                    raise error
                if container in self._again:
                    self._again.discard(container)
                    self._read_on(container)
                return time.monotonic()
        return None

    def _release(self, show: Callable[[LogLine], None]) -> None:
        """Show what has been held back for long enough."""
        due = time.monotonic() - _HELD
        while self._held and self._held[0][1] <= due:
            show(heapq.heappop(self._held)[0])

    def _read_on(self, container: str) -> None:
        service = self._names[container]
        known = self._known[service].since
        since, lines = (self._since, self._lines) if known is None else (known, ALL)
        self._open[container] = None

        def read() -> None:
            error = None
            try:
                # Once more when it has ended: engines may break off before the very last line.
                for follow in (True, False):
                    stream = self._engine.log_stream(
                        container, since=since, lines=lines, follow=follow
                    )
                    self._open[container] = stream
                    for at, text in stream:
                        self._news.put(LogLine(at, service, text))
            except EnvcheckError as failed:
                error = failed
            finally:
                self._news.put(_Ended(container, error))

        aside(read, lambda: None)
