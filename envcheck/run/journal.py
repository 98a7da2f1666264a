"""The journal of one run: each deed is on record before it is begun, and again when it is done."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from envcheck.core.deeds import deeds_of, made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from envcheck.core.deeds import Deed
    from envcheck.core.plan import Act
    from envcheck.run.ledger import Ledger


class Journal:
    """What one run does, in the ledger and at hand. Thread-safe.

    Args:
        ledger: where it is kept.
        instance: what the run is about.
        command: the task's name.
    """

    def __init__(self, ledger: Ledger, instance: str, command: str) -> None:
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        self.instance = instance
        self.command = command
        self._ledger = ledger
        self._run = ledger.begin_run(instance, command, os.getpid(), now)
        self._deeds: list[Deed] = []
        self._lock = threading.Lock()

    def end(self) -> None:
        """The run has come to its end, and has told of it, good or bad."""
        self._ledger.end_run(self._run)

    @contextmanager
    def doing(self, *deeds: Deed) -> Iterator[None]:
        """Have these deeds on record as begun, and as done where the context ends well."""
        numbers = [self._begin(deed) for deed in deeds]
        yield
        for number in numbers:
            self._end(number)

    def recording(self, perform: Callable[[Act], None]) -> Callable[[Act], None]:
        """What does an act, with its deeds on record."""

        def recorded(act: Act) -> None:
            with self.doing(*deeds_of(act)):
                perform(act)

        return recorded

    def made(self) -> tuple[Deed, ...]:
        """What this run has made, or was about to make, and has not removed again."""
        with self._lock:
            return made(self._deeds)

    def under_way(self, verb: str) -> tuple[Deed, ...]:
        """The deeds of this kind that were begun and not brought to their end."""
        with self._lock:
            return tuple(deed for deed in self._deeds if deed.verb == verb and not deed.done)

    def _begin(self, deed: Deed) -> int:
        with self._lock:
            number = len(self._deeds)
            self._deeds.append(deed)
        self._ledger.begin_deed(self._run, number, deed)
        return number

    def _end(self, number: int) -> None:
        with self._lock:
            self._deeds[number] = replace(self._deeds[number], done=True)
        self._ledger.end_deed(self._run, number)
