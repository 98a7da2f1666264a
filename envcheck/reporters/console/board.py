"""The board: the rows that change in place just now, and when each has found its final form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envcheck.reporters.console.rows import Brush, TableRow, Widths

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from envcheck.reporters.console.lines import Block
    from envcheck.reporters.console.page import Page
    from envcheck.reporters.console.rows import AnyRow


@dataclass
class Board:
    """The rows that stand in the region which changes in place, in the order of their beginning.

    Rows leave it from the top, as soon as they have ended: that way nothing jumps. The rows of the
    table leave it together, so that their columns line up.
    """

    clock: Callable[[], float]
    _rows: dict[str, AnyRow] = field(default_factory=dict)
    _since: dict[str, float] = field(default_factory=dict)
    _widths: Widths = field(default_factory=Widths)

    def __bool__(self) -> bool:
        return bool(self._rows)

    def put(self, row: AnyRow) -> None:
        """A row has changed, or is new."""
        before = self._rows.get(row.key)
        self._rows[row.key] = row
        # While it only waited for something else, its own time had not begun.
        if before is None or (row.change and not before.change):
            self._since[row.key] = self.clock()

    def now(self, page: Page) -> Block:
        """The region as it reads at this moment."""
        return self._painted(list(self._rows.values()), page, self._elapsed)

    def settle(self, page: Page) -> Block:
        """Take out the rows that are final where they stand."""
        rows = list(self._rows.values())
        if all(row.ended for row in rows):
            return self.close(page)
        ready: list[AnyRow] = []
        for row in rows:
            if not row.ended or isinstance(row, TableRow):
                break
            ready.append(row)
        return self._taken(ready, page)

    def close(self, page: Page) -> Block:
        """Take out all rows; what has not ended will not any more."""
        return self._taken(list(self._rows.values()), page)

    def _taken(self, rows: Sequence[AnyRow], page: Page) -> Block:
        block = self._painted(rows, page, _what_became)
        for row in rows:
            del self._rows[row.key]
            self._since.pop(row.key, None)
        return block

    def _painted(
        self, rows: Sequence[AnyRow], page: Page, suffix: Callable[[AnyRow], str]
    ) -> Block:
        # Columns never get narrower: rows that left the board earlier line up with later ones.
        self._widths = self._widths.over(rows)
        brush = Brush(page, self._widths)
        return [each for row in rows for each in brush.paint(row, suffix(row))]

    def _elapsed(self, row: AnyRow) -> str:
        """Whole seconds, and none at first: figures that race are not calm."""
        passed = int(self.clock() - self._since[row.key])
        return f"{passed} s" if passed and not row.ended else ""


def _what_became(row: AnyRow) -> str:
    """What there is to say of a row beside its last state, when nothing will change any more."""
    if row.ended:
        return ""
    waited = isinstance(row, TableRow) and not row.change
    return "not begun" if waited else "not finished"
