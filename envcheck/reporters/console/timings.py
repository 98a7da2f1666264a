"""Where the time went: the critical path, and each service's phases. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core import figures
from envcheck.reporters import phases
from envcheck.reporters.console.lines import (
    GAP,
    Span,
    cells,
    clip,
    hang,
    length,
    line,
    pad,
    wrap,
)

if TYPE_CHECKING:
    from envcheck.core.lanes import Lane, Timeline
    from envcheck.reporters.console.lines import Block, Line
    from envcheck.reporters.console.page import Page

_FIGURE = len("00.00 s")
_WHAT = len("verified   ")
_BAR = 20
_WELL = ("ready", "done")
_BARS_FROM = 80  # columns of the terminal
_WORTH_TELLING = 0.05


def timings(timeline: Timeline, page: Page) -> Block:
    """The two tables, or nothing where no steps were taken."""
    if not timeline.path:
        return []
    services = timeline.lanes_of("service")
    table = [GAP, *_services(services, page)] if services else []
    return [GAP, line("Timings", style="strong"), *_path(timeline, page), *table]


def _path(timeline: Timeline, page: Page) -> Block:
    """The steps that followed each other until the end, when each began and how long it took."""
    whole = figures.exactly(timeline.seconds)
    title = f"the critical path: what the {whole} went into, one step after the other"
    rows = [(step, *phases.told(step)) for step in timeline.path]
    most = page.width - cells(f"  at {'':{_FIGURE}}   {'':{_FIGURE}}   ") - _WHAT
    wide = min(most, max(cells(name) for _, name, _ in rows) + 3)
    block = hang(line("  "), title, page.width, "grey")
    for step, name, what in rows:
        times = line("  at ", _figure(step.begin), "   ", style="grey")
        words = line(pad(clip(name, wide - 2, page.glyphs.cut), wide), pad(what, _WHAT))
        bar = _bar(step.seconds / timeline.seconds, page)
        block.append((*times, *line(_figure(step.seconds), "   "), *words, *bar))
    if timeline.between >= _WORTH_TELLING:
        margin = " " * cells(f"  at {'':{_FIGURE}}   ")
        said = line("   between these steps", style="grey")
        block.append((*line(margin, _figure(timeline.between)), *said))
    return block


def _bar(share: float, page: Page) -> Line:
    if page.width < _BARS_FROM:
        return ()
    return (Span(page.glyphs.done * round(share * _BAR), "look"),)


def _services(lanes: tuple[Lane, ...], page: Page) -> Block:
    """How long each service was in each phase, when it was over, and what it waited for."""
    names = phases.columns(lanes)
    widths = [max(_FIGURE, cells(name)) for name in names]
    first = max(cells(text) for text in ("service", *(lane.name for lane in lanes))) + 2
    titles = [name.rjust(width) for name, width in zip(names, widths, strict=True)]
    head = "  ".join([pad("service", first), *titles, "over at".rjust(_FIGURE)])
    block: Block = [line("  ", head, style="grey")]
    for lane in lanes:
        spent = [_cell(lane, name, width) for name, width in zip(names, widths, strict=True)]
        over = _figure(lane.end) if lane.phases else "-".rjust(_FIGURE)
        row = line("  ", "  ".join([pad(lane.name, first), *spent, over]))
        block += _noted(row, _note(lane), page)
    return block


def _noted(row: Line, note: Line, page: Page) -> Block:
    """The row with a note after it, or below it where there is no room."""
    if not note or length(row) + length(note) + 3 <= page.width:
        return [(*row, *line("   "), *note)]
    return [row, *(line("    ", text, style="grey") for text in wrap(_text(note), page.width - 4))]


def _text(note: Line) -> str:
    return "".join(span.text for span in note)


def _note(lane: Lane) -> Line:
    if lane.state == "skipped":
        return line(f"skipped, because of {lane.because}", style="grey")
    words = [lane.state] if lane.state not in _WELL else []
    words += [f"after {', '.join(lane.needs)}"] if lane.needs else []
    return line(", ".join(words), style="stop" if lane.state == "failed" else "grey")


def _cell(lane: Lane, name: str, width: int) -> str:
    spent = any(phase.name == name for phase in lane.phases)
    return (figures.exactly(lane.seconds(name)) if spent else "-").rjust(width)


def _figure(seconds: float) -> str:
    return figures.exactly(seconds).rjust(_FIGURE)
