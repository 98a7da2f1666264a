"""The lines of an image on its way, and when it is here. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core import figures
from envcheck.reporters.console.lines import Span, cells, clip, flow, hang, label, length, line
from envcheck.reporters.console.page import BODY, WIDEST
from envcheck.reporters.console.rows import Row

if TYPE_CHECKING:
    from envcheck.core.events import ImageProgress, ImageReady
    from envcheck.reporters.console.lines import Line, Style
    from envcheck.reporters.console.page import Page

_BAR = 20
_NARROW_BAR = 8
_BYTES = 10

_BROUGHT = {
    "registry": "pulled in {time}",
    "recipe": "built from its recipe in {time}",
    "build": "built in {time}",
    "bundle": "loaded in {time}",
    "local": "found here",
}


def on_its_way(event: ImageProgress, page: Page) -> Row:
    """The row of an image that is being pulled or built."""
    name = head = _head(event.image, page)
    if event.done is not None:
        told = (*head, *_bytes(event.done, event.total, page), *line("   "))
        # What goes on matters more than the bar.
        fits = _room(told, page) >= cells(event.phase)
        head = told if fits else (*head, *_figures(event.done, event.total), *line("   "))
    room = max(_room(head, page), 1)
    phase = clip(event.phase, room, page.glyphs.cut)
    row = (*head, Span(phase, "grey"))
    brief = hang(name, event.phase, page.width, "grey")
    key = f"image {event.image}"
    return Row(key, (row,), change=event.phase, brief=tuple(brief))


def here(event: ImageReady, page: Page, total: int | None) -> Row:
    """The row of an image that is here. ``total`` is its download, where bytes were seen coming."""
    how = "already here"
    parts: list[Line] = []
    if event.fresh:
        how = _BROUGHT[event.source].format(time=figures.seconds(event.seconds))
        if total is not None and page.bars:
            parts.append(_bytes(total, total, page))
    parts.append(line(how))
    if event.fresh and total is not None and not page.bars:
        parts.append(line(figures.size(total)))
    if event.note:
        parts.append(line(event.note, style="grey"))
    block = flow(_head(event.image, page), parts, page.width)
    return Row(f"image {event.image}", tuple(block), ended=True)


def _head(name: str, page: Page) -> Line:
    return line("  ", label(clip(name, page.width - BODY, page.glyphs.cut), BODY - 2))


def _room(head: Line, page: Page) -> int:
    """How many columns are left for what goes on, before how long it has taken."""
    return page.width - length(head) - len("  100 s")


def _figures(done: int, total: int | None) -> Line:
    return line(figures.progress(done, total) if total else figures.size(done))


def _bytes(done: int, total: int | None, page: Page) -> Line:
    if not total:
        return line(figures.size(done))
    return (*_bar(done / total, page), *line(figures.progress(done, total).rjust(_BYTES + 2)))


def _bar(share: float, page: Page) -> Line:
    width = _BAR if page.width >= WIDEST - 20 else _NARROW_BAR
    filled = min(int(share * width), width)
    style: Style = "good" if filled == width else "plain"
    done = Span(page.glyphs.done * filled, style)
    left = Span(page.glyphs.left * (width - filled), "grey")
    return tuple(span for span in (done, left) if span.text)
