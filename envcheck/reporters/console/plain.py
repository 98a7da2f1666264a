"""Plain output: one line a change, for logs, pipes and terminals that cannot move their cursor."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TextIO

from envcheck.core import events as ev
from envcheck.core.errors import ExitCode
from envcheck.reporters.console.lines import trimmed
from envcheck.reporters.console.narrator import Close, Narrator, Pause
from envcheck.reporters.console.rows import Brush, Row, TableRow, Widths

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from envcheck.core.report import Report
    from envcheck.reporters.console.lines import Block, Line, Style
    from envcheck.reporters.console.narrator import Item
    from envcheck.reporters.console.page import Page
    from envcheck.reporters.console.rows import AnyRow
    from envcheck.reporters.outside import Outside

_CODES: dict[Style, str] = {"good": "32", "look": "33", "stop": "31", "grey": "2", "strong": "1"}


class PlainReporter:
    """Writes lines that stay."""

    def __init__(
        self,
        stream: TextIO,
        page: Page,
        outside: Outside,
        *,
        colour: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._outside = outside
        self._colour = colour
        self._narrator = Narrator(page, clock)
        self._rows: dict[str, AnyRow] = {}
        self._gap = False
        self._begun = False

    def handle(self, event: ev.Event) -> None:
        """Write the lines that an event is worth."""
        self.hear(event, silently=False)

    def hear(self, event: ev.Event, *, silently: bool) -> None:
        """Take an event in, and write its lines unless they are not wanted."""
        items = self._narrator.hear(self._outside.event(event))
        if not silently:
            self._write(items)

    def finish(self, report: Report) -> None:
        """Write how it ended."""
        self._write(self._narrator.end(self._outside.report(report)))

    def _write(self, items: Sequence[Item]) -> None:
        for item in items:
            for line in self._lines(item):
                self._put(line)
        self._stream.flush()

    def _lines(self, item: Item) -> Block:
        match item:
            case Row() | TableRow():
                return self._row(item)
            case Close() | Pause():
                return []
            case _:
                return [item]

    def _row(self, row: AnyRow) -> Block:
        before = self._rows.get(row.key)
        self._rows[row.key] = row
        if not row.ended and (not row.change or (before and before.change == row.change)):
            return []
        if isinstance(row, Row) and not row.ended and row.brief:
            return list(row.brief)
        return Brush(self._narrator.page, Widths().over(self._rows.values())).paint(row)

    def _put(self, line: Line) -> None:
        text = self._text(trimmed(line))
        if not text:
            self._gap = self._begun
            return
        gap = "\n" if self._gap else ""
        self._stream.write(f"{gap}{text}\n")
        self._gap, self._begun = False, True

    def _text(self, line: Line) -> str:
        codes = _CODES if self._colour else {}
        return "".join(
            f"\x1b[{codes[span.style]}m{span.text}\x1b[0m" if span.style in codes else span.text
            for span in line
        )


class QuietReporter:
    """Writes what is wrong, and nothing where all is well."""

    def __init__(self, plain: PlainReporter) -> None:
        self._plain = plain

    def handle(self, event: ev.Event) -> None:
        """Write of an event only where it is a failure."""
        match event:
            case ev.Started():
                self._plain.hear(event, silently=True)
            case ev.Failed() | ev.ServiceFailed() | ev.LeftBehind():
                self._plain.handle(event)
            case ev.Checked() if event.result.status in ("fail", "error"):
                self._plain.handle(event)
            case _:
                pass

    def finish(self, report: Report) -> None:
        """Say how it ended, unless it ended well."""
        if report.exit_code is not ExitCode.OK:
            self._plain.finish(report)
