"""The lines of a check. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core import figures
from envcheck.reporters.console.details import UNDER_CHECK, Details
from envcheck.reporters.console.lines import Span, at_right, clip, hang, label, length, line
from envcheck.reporters.console.page import BODY
from envcheck.reporters.console.rows import Row

if TYPE_CHECKING:
    from envcheck.core.events import CheckStarted, Result, Status
    from envcheck.reporters.console.lines import Block, Line, Style
    from envcheck.reporters.console.page import Page

_STYLES: dict[Status, Style] = {
    "pass": "good",
    "warn": "look",
    "fail": "stop",
    "error": "stop",
    "skip": "grey",
}
_WORTH_TELLING = 0.1


def under_way(event: CheckStarted, page: Page) -> Row:
    """The row of a check that has no verdict yet."""
    head = _head(page.glyphs.busy, event.title, "grey")
    return Row(f"check {event.id}", (head,))


def working(event: CheckStarted, phase: str, page: Page) -> Row:
    """The row of a check that says what it is at."""
    head = _head(page.glyphs.busy, event.title, "grey")
    text = clip(phase, page.width - BODY - len("  100 s"), page.glyphs.cut)
    return Row(f"check {event.id}", ((*head, Span(text, "grey")),), change=phase)


def verdict(result: Result, page: Page) -> Row:
    """The row of a check with its verdict, and what to do where it is not good."""
    block = _sentence(result, page)
    if result.status in ("warn", "fail", "error"):
        block = at_right(block, result.fault or result.id, page.width)
        block += Details(page, UNDER_CHECK).of(result.evidence, result.fix)
    return Row(f"check {result.id}", tuple(block), ended=True)


def _sentence(result: Result, page: Page) -> Block:
    head = _head(_glyph(result.status, page), result.title, _STYLES[result.status])
    style: Style = "plain" if result.status == "pass" else _STYLES[result.status]
    block = hang(head, _text(result), page.width, style)
    time = figures.seconds(result.seconds)
    untold = result.seconds > _WORTH_TELLING and time not in result.summary
    if untold and length(block[-1]) + 2 + len(time) <= page.width:
        block[-1] = (*block[-1], Span(f"  {time}", "grey"))
    return block


def _head(glyph: str, title: str, style: Style) -> Line:
    name = Span(label(title, BODY - 4), "grey" if style == "grey" else "plain")
    return (*line("  "), Span(glyph, style), *line(" "), name)


def _glyph(status: Status, page: Page) -> str:
    glyphs = page.glyphs
    return {
        "pass": glyphs.good,
        "warn": glyphs.look,
        "fail": glyphs.stop,
        "error": glyphs.stop,
        "skip": glyphs.skip,
    }[status]


def _text(result: Result) -> str:
    if result.status == "skip" and not result.summary.startswith("skipped"):
        return f"skipped: {result.summary}"
    return result.summary
