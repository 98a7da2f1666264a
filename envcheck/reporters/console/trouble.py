"""Why services failed: the first one in full, since the others may follow from it. Pure.

All of it fits one screen together with the rows above and the verdict below.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from envcheck.reporters.console.details import (
    BRIEF,
    NARROW_SCREEN,
    ONE_SCREEN,
    UNDER_BLOCK,
    Details,
)
from envcheck.reporters.console.lines import GAP, clip, clipped, hang, line
from envcheck.reporters.telling import state_of, untold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envcheck.core.events import ServiceFailed
    from envcheck.reporters.console.lines import Block, Line
    from envcheck.reporters.console.page import Page

_LINES = 21
"""Lines for the failure that is told in full: with rows, timeline and verdict they are a screen."""
_FEWEST_LOGS, _MOST_LOGS = 3, 12
_SUMMARY_LINES = 2
_NARROW = 80  # columns
_BRIEFLY = 2
"""How many more are told with their last words; of the others, one line says what happened."""


def troubles(failures: Sequence[ServiceFailed], page: Page, *, first: bool) -> Block:
    """The blocks of services that failed, in the order in which they did.

    Args:
        failures: the services.
        page: what to lay out for.
        first: whether none was told of before.
    """
    whole = failures[:1] if first else ()
    others = failures[len(whole) :]
    block: Block = []
    for failure in whole:
        block += [GAP, *_whole(failure, page)]
    for failure in others[:_BRIEFLY]:
        block += [GAP, *_brief(failure, page)]
    rest = others[_BRIEFLY:]
    return [*block, *([GAP] if rest else []), *(_line(failure, page) for failure in rest)]


def _whole(failure: ServiceFailed, page: Page) -> Block:
    limits = ONE_SCREEN if page.width >= _NARROW else NARROW_SCREEN
    details = Details(page, UNDER_BLOCK, limits)
    head = _summary(failure, page)
    head += details.said("state", untold(state_of(failure), failure.summary))
    head += details.evidence(failure.evidence)
    told = "\n".join((failure.summary, *failure.evidence))
    tail = details.said("answer", untold(failure.heard, told))
    tail += details.fix(failure.fix) if failure.fix else []
    # The log gets the room that is left.
    room = _LINES - len(head) - len(tail) - (limits.lines - 1)
    logs = min(max(room, _FEWEST_LOGS), _MOST_LOGS)
    return [*head, *replace(details, limits=replace(limits, logs=logs)).logs(failure.logs), *tail]


def _brief(failure: ServiceFailed, page: Page) -> Block:
    details = Details(page, UNDER_BLOCK, BRIEF)
    block = _summary(failure, page) + details.logs(failure.logs)
    if not failure.logs:
        block += details.said("answer", failure.heard) or details.evidence(failure.evidence)
    return block + (details.fix(failure.fix) if failure.fix else [])


def _line(failure: ServiceFailed, page: Page) -> Line:
    head = line(f"{failure.service}: ", style="strong")
    return clipped((*head, *line(failure.summary, style="stop")), page.width, page.glyphs.cut)


def _summary(failure: ServiceFailed, page: Page) -> Block:
    head = line(f"{failure.service}: ", style="strong")
    room = _SUMMARY_LINES * (page.width - len(failure.service) - 2)
    return hang(head, clip(failure.summary, room, page.glyphs.cut), page.width, "stop")
