"""The timeline: what happened when, in a few columns, for a run that went wrong. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core import events as ev
from envcheck.reporters.console.lines import Line, Span, clip, length, line, padded
from envcheck.reporters.telling import code_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envcheck.reporters.console.lines import Block
    from envcheck.reporters.console.page import Page

_FEWEST = 3
_TIME = len("   0.0 s  ")
_ROWS, _NARROW_ROWS = 5, 10
_NARROW = 80  # columns; below that there is one entry on a row, and more rows are shown


@dataclass(frozen=True)
class Moment:
    """Something happened to a subject at a time, in seconds since the start."""

    time: float
    subject: str
    what: str


_CAME = {"registry": "pulled", "bundle": "loaded"}


def moment(event: ev.Event, time: float, instance: str) -> Moment | None:
    """The moment that an event is worth, if any."""
    match event:
        case ev.Changed(ev.Change(kind="container") as change):
            return Moment(time, change.name.removeprefix(f"{instance}-"), change.action)
        case ev.Changed(ev.Change(kind="image")):
            return None  # told by ImageReady, under the name that the profile gives it
        case ev.Changed(ev.Change() as change):
            return Moment(time, change.action, change.kind)
        case ev.ImageReady(fresh=True):
            return Moment(time, event.image, _CAME.get(event.source, "built"))
        case ev.ServiceReady():
            return Moment(time, event.service, "ready")
        case ev.ServiceDone(fresh=True):
            return Moment(time, event.service, "done")
        case ev.ServiceFailed():
            return Moment(time, event.service, _end_of(event))
        case _:
            return None


def _end_of(event: ev.ServiceFailed) -> str:
    code = code_of(event)
    return "failed" if code is None else f"{event.state or 'ended'} ({code})"


def timeline(moments: Sequence[Moment], page: Page) -> Block:
    """The moments in their order, down the columns; nothing where there are too few to tell.

    Of many, the last ones are shown: they are the nearest to what went wrong.
    """
    entries = [_entry(moment, page) for moment in _gathered(moments)]
    if len(entries) < _FEWEST:
        return []
    shown = _fitting(entries, page)
    width, across = _columns(shown, page)
    height = -(-len(shown) // across)
    return [_across(shown[row::height], width) for row in range(height)]


def _fitting(entries: Sequence[Line], page: Page) -> Sequence[Line]:
    """The last ones, as many as have room; where some have none, an entry says how many."""
    rows = _ROWS if page.width >= _NARROW else _NARROW_ROWS
    for left_out in range(len(entries)):
        earlier = line(f"{page.glyphs.cut}  ".rjust(_TIME), f"{left_out} earlier", style="grey")
        shown = [earlier, *entries[left_out:]] if left_out else entries
        if len(shown) <= _columns(shown, page)[1] * rows:
            return shown
    return entries[-1:]


def _columns(entries: Sequence[Line], page: Page) -> tuple[int, int]:
    """How wide the columns are, and how many of them fit beside each other."""
    width = max(map(length, entries)) + 2
    return width, max(1, page.width // width)


def _across(entries: Sequence[Line], width: int) -> Line:
    return tuple(span for entry in entries for span in padded(entry, width))


def _gathered(moments: Sequence[Moment]) -> list[Moment]:
    """Moments of one subject in the same tenth of a second, as one."""
    gathered: list[Moment] = []
    for now in moments:
        last = gathered[-1] if gathered else None
        together = last and (last.subject, f"{last.time:.1f}") == (now.subject, f"{now.time:.1f}")
        if last and together:
            what = last.what if now.what in last.what.split(", ") else f"{last.what}, {now.what}"
            gathered[-1] = Moment(last.time, last.subject, what)
        else:
            gathered.append(now)
    return gathered


def _entry(moment: Moment, page: Page) -> Line:
    """When, who and what; of a subject with a long name, as images may have, its beginning."""
    room = page.width - _TIME - len(f" {moment.what}")
    subject = clip(moment.subject, max(room, 1), page.glyphs.cut)
    time = Span(f"{moment.time:6.1f} s  ".rjust(_TIME), "grey")
    return (time, *line(subject, " ", moment.what))
