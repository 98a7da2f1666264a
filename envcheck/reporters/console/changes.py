"""The lines about what a teardown removed, kept and freed, and what an up made anew. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core import figures
from envcheck.reporters.console.lines import Line, Span, flow, hang, label, line, pad

if TYPE_CHECKING:
    from envcheck.core.events import Change, Freed, Kept, LeftBehind, WouldRemove
    from envcheck.reporters.console.lines import Block, Style
    from envcheck.reporters.console.page import Page

_WHAT = 20
_NAME = 42
"""Wide enough for an image that was built here, whose tag is a fingerprint."""
_SHORT_NAME = 22


def removed(change: Change, page: Page) -> Block:
    """Something is gone, and how large it was."""
    head = _head(page.glyphs.good, f"removed {change.kind}", "good")
    return _sized(head, change.name, change.size, page)


def would_remove(event: WouldRemove, page: Page) -> Block:
    """Something would be gone, and how large it is."""
    head = _head(page.glyphs.skip, f"removes {event.kind}", "grey")
    return _sized(head, event.name, event.size, page, event.note)


def kept(event: Kept, page: Page) -> Block:
    """Something stays, and why."""
    head = _head(page.glyphs.skip, f"kept {event.kind}", "grey")
    parts = [line(_name(event.name, page)), line(event.reason, style="grey")]
    return flow(head, parts, page.width, "  ")


def left_behind(event: LeftBehind, page: Page) -> Block:
    """Something should be gone and is not."""
    head = _head(page.glyphs.stop, f"left {event.kind}", "stop")
    parts = [line(_name(event.name, page), style="stop"), line(event.reason, style="stop")]
    return flow(head, parts, page.width, "  ")


def freed(event: Freed, page: Page) -> Block:
    """How much room the machine has back."""
    head = _head(page.glyphs.good, "freed", "good")
    return [(*head, *line(f"{figures.size(event.size)} came back"))]


def remade(change: Change, service: str, page: Page) -> Block:
    """A running thing was replaced or taken away on the way to the new state, and why."""
    cause = f": {change.cause}" if change.cause else ""
    return hang(line("  "), f"{service} {change.action}{cause}", page.width, "look")


def _head(glyph: str, what: str, style: Style) -> Line:
    return (*line("  "), Span(glyph, style), *line(" ", label(what, _WHAT)))


def _sized(head: Line, name: str, size: int | None, page: Page, note: str = "") -> Block:
    parts = [line(_name(name, page))]
    if size is not None:
        parts.append(line(figures.size(size).rjust(len("999 MB")), style="grey"))
    if note:
        parts.append(line(note, style="grey"))
    return flow(head, parts, page.width, "  ")


def _name(name: str, page: Page) -> str:
    return pad(name, _NAME if page.width > _WHAT + _NAME + _NAME // 2 else _SHORT_NAME)
