"""The timeline as a picture: a lane for each image and service, an axis in seconds. Inline SVG.

Places along the axis are shares of the width, heights are pixels: so the picture is as wide as the
page is, and its texts keep their size.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING

from envcheck.core import figures
from envcheck.core.lanes import WAIT
from envcheck.reporters.html.elements import NOTHING, Html, element, join, lines, text
from envcheck.reporters.html.labels import label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envcheck.core.lanes import Lane, Phase, Timeline

_AXIS = 24  # height of the axis above the lanes
_LANE = 46  # height of a lane: a line of text, its bar, the mark of the critical path
_BAR_TOP, _BAR = 21, 12
_MARK_TOP, _MARK = 36, 3
_MOST_TICKS = 6
_SPAN = 98.5  # percent of the width that the run takes: a sign at its end needs some room
_THINNEST = 0.4  # percent: what was short is still to be seen

LOOKS: Mapping[str, str] = {
    "pull": "bring",
    "build": "bring",
    "check": "make",
    "create": "make",
    "stop": "make",
    "remove": "make",
    "verify": "verify",
}
"""The class of each phase's bar; others look like a start."""


def picture(timeline: Timeline) -> Html:
    """The picture."""
    return _Picture(timeline).drawn()


@dataclass(frozen=True)
class _Picture:
    timeline: Timeline

    def drawn(self) -> Html:
        height = _AXIS + _LANE * len(self.timeline.lanes)
        title = element("title", text("Who did what when, and who waited for whom"), id="pt")
        about = element("desc", text("The table below says the same in words."), id="pd")
        return element(
            "svg",
            lines(title, about, *self._grid(height), *self._holds(), *self._lanes()),
            height=str(height),
            role="img",
            aria_labelledby="pt pd",
        )

    def _x(self, seconds: float) -> str:
        return _percent(_SPAN * seconds / (self.timeline.seconds or 1))

    def _y(self, lane: int) -> int:
        return _AXIS + _LANE * lane

    def _grid(self, height: int) -> Iterator[Html]:
        step = tick(self.timeline.seconds)
        for number in range(int(self.timeline.seconds / step) + 1):
            x = self._x(number * step)
            yield element("line", x1=x, x2=x, y1=str(_AXIS - 6), y2=str(height), class_="grid")
            # A text at the very end would stand out of the picture.
            close = number * step > 0.94 * self.timeline.seconds
            anchor = "start" if not number else "end" if close else "middle"
            said = text(f"{number * step:g} s")
            yield element("text", said, x=x, y="12", class_="axis", text_anchor=anchor)

    def _lanes(self) -> Iterator[Html]:
        for number, lane in enumerate(self.timeline.lanes):
            y = self._y(number)
            yield element(
                "g",
                *label(lane, y + 14),
                *(self._phase(p, y) for p in lane.phases),
                self._end(lane, y),
            )

    def _phase(self, phase: Phase, y: int) -> Html:
        tip = element("title", text(f"{phase.name} {figures.exactly(phase.seconds)}"))
        if phase.name == WAIT:
            middle = str(y + _BAR_TOP + _BAR // 2)
            x1, x2 = self._x(phase.begin), self._x(phase.end)
            return element("line", tip, x1=x1, x2=x2, y1=middle, y2=middle, class_="wait")
        x, wide = self._x(phase.begin), self._wide(phase)
        look = LOOKS.get(phase.name, "start")
        bar = _box(tip, x=x, width=wide, y=y + _BAR_TOP, height=_BAR, look=look)
        if not phase.critical:
            return bar
        mark = _box(x=x, width=wide, y=y + _MARK_TOP, height=_MARK, look="critical")
        return join(bar, mark)

    def _wide(self, phase: Phase) -> str:
        share = _SPAN * phase.seconds / (self.timeline.seconds or 1)
        return _percent(max(share, _THINNEST))

    def _end(self, lane: Lane, y: int) -> Html:
        """A sign where a service became ready or failed."""
        middle = y + _BAR_TOP + _BAR // 2
        if not lane.phases:
            return NOTHING
        if lane.state == "failed":
            # What failed after it was ready has lived on until then.
            x1, x2 = self._x(lane.phases[-1].end), self._x(lane.end)
            lived = element("line", x1=x1, x2=x2, y1=str(middle), y2=str(middle), class_="lived")
            sign = element("path", d="M-6,-6L6,6M-6,6L6,-6", class_="failed")
            return join(lived, _at(x2, middle, sign))
        if lane.kind == "service" and lane.state in ("ready", "done"):
            return _at(self._x(lane.end), middle, element("circle", r="4", class_="well"))
        return NOTHING

    def _holds(self) -> list[Html]:
        """From each service that was waited for longest to the one that then went on.

        What is on the critical path comes last, so that nothing is drawn over it.
        """
        drawn: list[tuple[bool, Html]] = []
        rows = {
            lane.name: n for n, lane in enumerate(self.timeline.lanes) if lane.kind == "service"
        }
        for lane in self.timeline.lanes_of("service"):
            for phase, after in pairwise(lane.phases):
                if phase.needs and phase.needs[-1] in rows:
                    held = rows[phase.needs[-1]], rows[lane.name]
                    hold = self._hold(phase.end, *held, on_path=after.critical)
                    drawn.append((after.critical, hold))
        return [hold for _, hold in sorted(drawn, key=itemgetter(0))]

    def _hold(self, seconds: float, holder: int, waiter: int, *, on_path: bool) -> Html:
        x = self._x(seconds)
        down = waiter > holder
        middle = _BAR_TOP + _BAR // 2
        begin = self._y(holder) + middle
        # It ends above the bar, or below it, with its tip touching the bar.
        end = self._y(waiter) + (_BAR_TOP if down else _BAR_TOP + _BAR)
        tip = "M-5,-8L5,-8L0,0Z" if down else "M-5,8L5,8L0,0Z"
        marked = " on-path" if on_path else ""
        return join(
            element("line", x1=x, x2=x, y1=str(begin), y2=str(end), class_=f"held{marked}"),
            _at(x, end, element("path", d=tip, class_=f"tip{marked}")),
        )


def tick(seconds: float) -> float:
    """The distance of the axis's marks: 1, 2 or 5 times a power of ten, and not too many marks."""
    step = 0.01
    while True:
        for factor in (1, 2, 5):
            if seconds / (step * factor) <= _MOST_TICKS:
                return step * factor
        step *= 10


def _box(*children: Html, x: str, width: str, y: int, height: int, look: str) -> Html:
    return element(
        "rect", *children, x=x, y=str(y), width=width, height=str(height), rx="2", class_=look
    )


def _at(x: str, y: int, drawing: Html) -> Html:
    """A drawing whose own coordinates are pixels, at a place that is a share of the width."""
    return element("svg", drawing, x=x, y=str(y), overflow="visible")


def _percent(value: float) -> str:
    return f"{value:.3f}%"
