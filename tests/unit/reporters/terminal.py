"""A terminal in memory: enough of one to tell what is on the screen after all that was written."""

from __future__ import annotations

import re
from io import StringIO

from envcheck.reporters.console.lines import cells

_PIECE = re.compile(r"\x1b\[(?P<parameters>[?0-9;]*)(?P<final>[A-Za-z])|(?P<one>.)", re.DOTALL)


class Terminal(StringIO):
    """A stream that says it is a terminal, and keeps its screen. It has no bottom to scroll at."""

    encoding = "utf-8"

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.rows: list[list[str]] = [[]]
        self.cursor_shown = True
        self._row = 0
        self._column = 0

    def isatty(self) -> bool:
        """It is one."""
        return True

    def write(self, text: str) -> int:
        """Take in what a program writes."""
        for piece in _PIECE.finditer(text):
            if piece["final"]:
                self._control(piece["parameters"], piece["final"])
            else:
                self._character(piece["one"])
        return super().write(text)

    @property
    def screen(self) -> str:
        """What is to be seen."""
        rows = ["".join(row).rstrip() for row in self.rows]
        return "\n".join(rows).rstrip("\n") + "\n"

    def _control(self, parameters: str, final: str) -> None:
        match parameters, final:
            case _, "m":  # a colour
                pass
            case "?25", "l" | "h":
                self.cursor_shown = final == "h"
            case "2", "K":
                self.rows[self._row] = []
            case up, "A":
                self._row = max(0, self._row - int(up or 1))
            case _:
                raise AssertionError((parameters, final))

    def _character(self, one: str) -> None:
        match one:
            case "\n":
                self._to(self._row + 1, 0)
            case "\r":
                self._column = 0
            case _:
                assert one.isprintable(), one
                self._put(one)

    def _put(self, one: str) -> None:
        size = cells(one)
        if self._column + size > self.width:
            self._to(self._row + 1, 0)
        row = self.rows[self._row]
        row.extend(" " * (self._column + size - len(row)))
        if size == 0 and row:
            row[-1] += one
        row[self._column : self._column + size] = [one, ""][:size]
        self._column += size

    def _to(self, row: int, column: int) -> None:
        self._row, self._column = row, column
        while len(self.rows) <= row:
            self.rows.append([])
