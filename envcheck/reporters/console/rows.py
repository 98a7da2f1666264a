"""Rows: the lines of what goes on, one a subject, which change in place until they have ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envcheck.reporters.console.lines import (
    Line,
    at_right,
    cells,
    clipped,
    flow,
    joined,
    label,
    length,
    line,
    padded,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from envcheck.reporters.console.lines import Block
    from envcheck.reporters.console.page import Page


@dataclass(frozen=True)
class Row:
    """How one subject reads now: a check, an image, a command's last line.

    Attributes:
        key: the subject.
        block: its lines; none where it ends without a trace.
        ended: whether this is its last word.
        change: what plain output tells apart; an unended row without it is not worth a line there.
        brief: how an unended row reads there, where that differs.
    """

    key: str
    block: tuple[Line, ...]
    ended: bool = False
    change: str = ""
    brief: tuple[Line, ...] = ()


@dataclass(frozen=True)
class TableRow:
    """A service's row, whose columns line up with those of the other services.

    Attributes:
        name: the service.
        columns: state, product, endpoint and the rest, as many as there are.
        note: what stands at the right edge.
        aligned: whether the columns take part in the alignment, or are free text.
    """

    key: str
    name: str
    columns: tuple[Line, ...]
    ended: bool = False
    change: str = ""
    note: str = ""
    aligned: bool = False


AnyRow = Row | TableRow


@dataclass(frozen=True)
class Widths:
    """How wide the columns of the table are, at least: enough for most services from the start.

    Rows are written before the others are known, and columns that keep still are calmer to watch.
    """

    name: int = 8
    columns: tuple[int, ...] = (14, 16, 21)

    def over(self, rows: Iterable[AnyRow]) -> Widths:
        """These widths, grown to what the rows need."""
        table = [row for row in rows if isinstance(row, TableRow)]
        name = max([self.name, *(cells(row.name) + 2 for row in table)])
        columns = list(self.columns)
        for row in table:
            if row.aligned:
                sizes = [length(column) for column in row.columns]
                columns = [max(pair) for pair in zip(columns, sizes, strict=False)]
        return Widths(name, tuple(columns))


@dataclass(frozen=True)
class Brush:
    """Paints rows. ``suffix`` is what stands beside a row that has not ended: the time it takes."""

    page: Page
    widths: Widths = field(default_factory=Widths)

    def paint(self, row: AnyRow, suffix: str = "") -> Block:
        """The lines of a row."""
        if isinstance(row, TableRow):
            return self._table(row, suffix)
        if not suffix or not row.block:
            return list(row.block)
        *before, last = row.block
        room = self.page.width - len(suffix) - 2
        shown = clipped(last, room, self.page.glyphs.cut)
        return [*before, (*shown, *line("  ", suffix, style="grey"))]

    def _table(self, row: TableRow, suffix: str) -> Block:
        head = line("  ", label(row.name, self.widths.name))
        columns = self._columns(row, suffix)
        if not row.ended:
            whole = (*head, *joined(columns, "   "))
            return [clipped(whole, self.page.width, self.page.glyphs.cut)]
        block = flow(head, columns, self.page.width)
        return at_right(block, row.note, self.page.width) if row.note else block

    def _columns(self, row: TableRow, suffix: str) -> Sequence[Line]:
        state, *others = row.columns
        if suffix:
            state = (*state, *line("  ", suffix, style="grey"))
        if not row.aligned:
            return [padded(state, self.widths.columns[0]), *others] if others else [state]
        sizes = (*self.widths.columns, *([0] * len(row.columns)))
        columns = (
            padded(column, size) for column, size in zip([state, *others], sizes, strict=False)
        )
        return [column for column in columns if column]
