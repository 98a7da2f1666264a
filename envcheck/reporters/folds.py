"""Folds in a CI system's log: our own lines can be opened, a command's stand open between them.

An error is never folded away.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from envcheck.core import events as ev

if TYPE_CHECKING:
    from collections.abc import Callable

    from envcheck.core.report import Report


@dataclass(frozen=True)
class Marks:
    """How a log is folded: what stands before a fold, and after it.

    Each is given the second since 1970 and a name of letters that no other fold of the run has;
    ``begin`` the title as well.
    """

    begin: Callable[[int, str, str], str]
    end: Callable[[int, str], str]


# docs.github.com, "Workflow commands for GitHub Actions", grouping log lines.
GITHUB = Marks(lambda _at, _name, title: f"::group::{title}", lambda _at, _name: "::endgroup::")

# docs.gitlab.com/ci/jobs/job_logs, "Custom collapsible sections". The escape sequences keep the
# marks themselves from being shown.
_CLEAR = "\x1b[0K"
GITLAB = Marks(
    lambda at, name, title: f"{_CLEAR}section_start:{at}:{name}[collapsed=true]\r{_CLEAR}{title}",
    lambda at, name: f"{_CLEAR}section_end:{at}:{name}\r{_CLEAR}",
)


class FoldReporter:
    """Writes the marks. It must hear of everything before whoever writes the lines.

    Args:
        stream: where the lines are written.
        marks: what the CI system takes for a fold.
        clock: seconds since 1970.
    """

    def __init__(
        self, stream: TextIO, marks: Marks, clock: Callable[[], float] = time.time
    ) -> None:
        self._stream = stream
        self._marks = marks
        self._clock = clock
        self._open = ""
        self._handed_over = False
        self._about = ""

    def handle(self, event: ev.Event) -> None:
        """Begin or end a fold, where the event is a turn."""
        match event:
            case ev.Started():
                self._about = " ".join(filter(None, (event.command, event.profile)))
                self._begin("envcheck_before", f"envcheck {self._about}")
            case ev.HandedOver():
                self._end()
                self._handed_over = True
            case ev.Failed():
                self._end()
            case _ if self._handed_over:
                self._handed_over = False
                self._begin("envcheck_after", f"envcheck {self._about}: afterwards")

    def finish(self, _report: Report) -> None:
        """End the last fold: how it ended is for everybody."""
        self._end()

    def _begin(self, name: str, title: str) -> None:
        self._end()
        self._open = name
        self._write(self._marks.begin(int(self._clock()), name, title))

    def _end(self) -> None:
        if self._open:
            self._write(self._marks.end(int(self._clock()), self._open))
            self._open = ""

    def _write(self, line: str) -> None:
        self._stream.write(f"{line}\n")
        self._stream.flush()
