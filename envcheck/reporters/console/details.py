"""What stands below a verdict that is not good: why, what was logged, and what to do. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.reporters.calling import as_called
from envcheck.reporters.console.lines import Span, clip, hang, label, line, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from envcheck.core.errors import Fix
    from envcheck.reporters.console.lines import Block, Line, Style
    from envcheck.reporters.console.page import Page


@dataclass(frozen=True)
class Limits:
    """How much of what was captured is shown; the reports have all of it.

    Attributes:
        pieces: of evidence, and of advice.
        lines: of one piece.
        logs: lines from the end of a log, each cut where it is too long.
    """

    pieces: int = 20
    lines: int = 8
    logs: int = 8


AMPLE = Limits()
ONE_SCREEN = Limits(pieces=2, lines=2)
NARROW_SCREEN = Limits(pieces=2, lines=4)
BRIEF = Limits(pieces=1, lines=1, logs=2)


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
    limits: Limits = AMPLE

    def of(self, evidence: Sequence[str], fix: Fix | None, logs: Sequence[str] = ()) -> Block:
        """The lines for evidence, last log lines and fix, those of them that there are."""
        block = self.evidence(evidence)
        block += self.logs(logs)
        return block + (self.fix(fix) if fix else [])

    def said(self, name: str, text: str) -> Block:
        """One thing that is known, under its name; nothing where it is not."""
        return self._piece(self._head(name), text) if text else []

    def _head(self, name: str) -> Line:
        return line(" " * self.margin.indent, label(name, self.margin.labels), style="grey")

    def evidence(self, texts: Sequence[str]) -> Block:
        """From what the verdict was told."""
        block: Block = []
        pieces, most = _pieces(texts), self.limits.pieces
        name = self.margin.evidence
        for piece in pieces[:most]:
            block += self._piece(self._head(name), piece)
            name = ""
        if len(pieces) > most:
            block += hang(self._head(""), f"and {len(pieces) - most} more", self.page.width)
        return block

    def _piece(self, head: Line, text: str) -> Block:
        shown = self._rows(text)
        heads = [head, *([self._head("")] * len(shown))]
        return [(*start, Span(row)) for start, row in zip(heads, shown, strict=False)]

    def _rows(self, text: str) -> list[str]:
        """The text in as many lines as there may be, the last one cut where it goes on."""
        rows, most = wrap(text, self._room()), self.limits.lines
        shown = rows[:most]
        if rows != shown:
            longer = " ".join(rows[most - 1 :])
            shown[-1] = clip(longer, self._room(), self.page.glyphs.cut)
        return shown

    def logs(self, texts: Sequence[str]) -> Block:
        """The last words of a service, the very last ones whole: they tell most."""
        pieces = _pieces(texts)[-self.limits.logs :]
        if not pieces:
            return []
        cut = [clip(piece, self._room(), self.page.glyphs.cut) for piece in pieces[:-1]]
        rows = [Span(row, "grey") for row in cut] + [Span(row) for row in self._rows(pieces[-1])]
        names = ["last log", *([""] * len(rows))]
        return [(*self._head(name), row) for name, row in zip(names, rows, strict=False)]

    def fix(self, fix: Fix) -> Block:
        """What to do: advice, and commands to copy."""
        block: Block = []
        for text, style in _advice(fix):
            said = as_called(text, self.page.program)
            block += hang(self._head("" if block else "fix"), said, self.page.width, style)
        inset = "  " if block else ""
        for command in _pieces(fix.commands):
            head = self._head("" if block else "fix")
            # Never cut or wrapped: it is there to be copied.
            said = as_called(command, self.page.program)
            block.append((*head, Span(inset + said, "strong")))
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
