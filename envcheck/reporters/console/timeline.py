"""The timeline: what happened when, in a few columns, for a run that went wrong. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core import events as ev
from envcheck.reporters.console.lines import Line, Span, length, line, padded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envcheck.reporters.console.lines import Block
    from envcheck.reporters.console.page import Page

_FEWEST = 3


@dataclass(frozen=True)
class Moment:
    """Something happened to a subject at a time, in seconds since the start."""

    time: float
    subject: str
    what: str


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
            return Moment(time, event.image, "pulled" if event.source == "registry" else "built")
        case ev.ServiceReady():
            return Moment(time, event.service, "ready")
        case ev.ServiceFailed():
            return Moment(time, event.service, "failed")
        case _:
            return None


def timeline(moments: Sequence[Moment], page: Page) -> Block:
    """The moments in their order, down the columns; nothing where there are too few to tell."""
    entries = [_entry(moment) for moment in _gathered(moments)]
    if len(entries) < _FEWEST:
        return []
    width = max(map(length, entries)) + 2
    height = -(-len(entries) // max(1, page.width // width))
    return [_across(entries[row::height], width) for row in range(height)]


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


def _entry(moment: Moment) -> Line:
    return (Span(f"{moment.time:6.1f} s  ", "grey"), *line(moment.subject, " ", moment.what))
