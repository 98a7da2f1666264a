"""The texts of the picture: what a lane is, what it waited for, and how it ended. Inline SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core import figures
from envcheck.core.lanes import WAIT
from envcheck.reporters.html.elements import Html, element, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.core.lanes import Lane

_NAME = 24
_WIDE, _NARROW = 90, 34  # letters that fit beside what stands at the right


def label(lane: Lane, y: int) -> Iterator[Html]:
    """The texts above a lane's bar, standing at that height: its name, and how it ended."""
    name = _clipped(lane.name, _NAME)
    spans = [element("tspan", text(name), class_="name")]
    if lane.needs:
        needs = f"after {', '.join(lane.needs)}"
        for where, room in (("if-wide", _WIDE), ("if-narrow", _NARROW)):
            beside = _clipped(needs, room - len(name))
            spans.append(element("tspan", text(beside), class_=f"soft {where}", dx="8"))
    yield element("text", *spans, y=str(y))
    outcome = text(_outcome(lane))
    yield element("text", outcome, x="100%", y=str(y), text_anchor="end", class_="soft")


def _outcome(lane: Lane) -> str:
    if lane.state == "skipped":
        return _clipped(f"skipped: needs {lane.because}", _NAME)
    state = "" if lane.state == "done" and lane.kind != "service" else lane.state
    took = sum(phase.seconds for phase in lane.phases if phase.name != WAIT)
    when = f"at {figures.exactly(lane.end)}" if lane.kind == "service" else figures.exactly(took)
    return " ".join(filter(None, (state, when)))


def _clipped(of: str, most: int) -> str:
    return of if len(of) <= most else f"{of[: most - 1]}…"
