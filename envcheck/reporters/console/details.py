"""What stands below a verdict that is not good: why, what was logged, and what to do. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.reporters.console.lines import Span, clip, hang, label, line, wrap
from envcheck.reporters.console.page import as_called

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from envcheck.core.errors import Fix
    from envcheck.reporters.console.lines import Block, Line, Style
    from envcheck.reporters.console.page import Page

_PIECES = 20
_LINES_A_PIECE = 8
_LOG_LINES = 8


@dataclass(frozen=True)
class Margin:
    """Where details stand, and how their labels are called."""

    indent: int
    labels: int
    evidence: str


UNDER_CHECK = Margin(indent=6, labels=8, evidence="why")
UNDER_BLOCK = Margin(indent=2, labels=11, evidence="evidence")


@dataclass(frozen=True)
class Details:
    """Lays out the details of one finding."""

    page: Page
    margin: Margin

    def of(self, evidence: Sequence[str], fix: Fix | None, logs: Sequence[str] = ()) -> Block:
        """The lines for evidence, last log lines and fix, those of them that there are."""
        block = self._evidence(_pieces(evidence))
        block += self._logs(_pieces(logs))
        return block + (self._fix(fix) if fix else [])

    def _head(self, name: str) -> Line:
        return line(" " * self.margin.indent, label(name, self.margin.labels), style="grey")

    def _evidence(self, pieces: Sequence[str]) -> Block:
        block: Block = []
        name = self.margin.evidence
        for piece in pieces[:_PIECES]:
            block += self._piece(self._head(name), piece)
            name = ""
        if len(pieces) > _PIECES:
            block += hang(self._head(""), f"and {len(pieces) - _PIECES} more", self.page.width)
        return block

    def _piece(self, head: Line, text: str) -> Block:
        rows = wrap(text, self._room())
        shown = rows[:_LINES_A_PIECE]
        if rows != shown:
            longer = " ".join(rows[_LINES_A_PIECE - 1 :])
            shown[-1] = clip(longer, self._room(), self.page.glyphs.cut)
        heads = [head, *([self._head("")] * len(shown))]
        return [(*start, Span(row)) for start, row in zip(heads, shown, strict=False)]

    def _logs(self, pieces: Sequence[str]) -> Block:
        names = ["last log", *([""] * len(pieces))]
        return [
            (*self._head(name), Span(clip(piece, self._room(), self.page.glyphs.cut), "grey"))
            for name, piece in zip(names, pieces[-_LOG_LINES:], strict=False)
        ]

    def _fix(self, fix: Fix) -> Block:
        block: Block = []
        for text, style in _advice(fix):
            said = as_called(text, self.page)
            block += hang(self._head("" if block else "fix"), said, self.page.width, style)
        inset = "  " if block else ""
        for command in _pieces(fix.commands):
            head = self._head("" if block else "fix")
            # Never cut or wrapped: it is there to be copied.
            block.append((*head, Span(inset + as_called(command, self.page), "strong")))
        return block

    def _room(self) -> int:
        return self.page.width - self.margin.indent - self.margin.labels


def _advice(fix: Fix) -> list[tuple[str, Style]]:
    texts: list[tuple[str, Style]] = [(text, "plain") for text in _pieces([fix.text])]
    if fix.destructive:
        texts.append(("this loses data:" if fix.commands else "this loses data", "look"))
    return texts


def _pieces(texts: Iterable[str]) -> list[str]:
    return [row.rstrip() for text in texts for row in text.splitlines() if row.strip()]
