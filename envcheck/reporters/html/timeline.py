"""The timeline's section: the picture with its legend, the critical path, and all in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core import figures
from envcheck.reporters import phases
from envcheck.reporters.html.elements import (
    NOTHING,
    Html,
    element,
    facts,
    join,
    lines,
    section,
    table,
    text,
)
from envcheck.reporters.html.picture import picture

if TYPE_CHECKING:
    from envcheck.core.lanes import Lane, Timeline

_BOX = {"y": "1", "width": "20", "height": "10", "rx": "2"}
_WORTH_TELLING = 0.05


def timeline_section(timeline: Timeline) -> Html:
    """The section, or nothing where no steps were taken."""
    if not any(lane.phases for lane in timeline.lanes):
        return NOTHING
    drawn = element(
        "figure",
        lines(picture(timeline), element("figcaption", _legend())),
        class_="timeline",
    )
    return section("Timeline", drawn, _path(timeline), _words(timeline))


def _legend() -> Html:
    line = {"x1": "0", "x2": "20", "y1": "6", "y2": "6"}
    entries = (
        (element("rect", **_BOX, class_="bring"), "pull or build an image"),
        (element("rect", **_BOX, class_="make"), "check, create, remove"),
        (element("rect", **_BOX, class_="start"), "start, run a job"),
        (
            element("rect", **_BOX, class_="verify"),
            "verify: until it answers and lives on",
        ),
        (element("line", **line, class_="wait"), "wait for another"),
        (element("circle", cx="10", cy="6", r="5", class_="well"), "ready, or done"),
        (element("path", d="M5,1L15,11M5,11L15,1", class_="failed"), "failed"),
        (
            element("rect", y="5", width="20", height="3", rx="2", class_="critical"),
            "critical path: without it the run would have been shorter",
        ),
    )
    shown = [
        element("li", element("svg", sign, aria_hidden="true"), element("span", text(said)))
        for sign, said in entries
    ]
    return element("ul", *shown, class_="legend")


def _path(timeline: Timeline) -> Html:
    """The steps of the critical path, one after the other."""
    rows = [
        [text(who), text(what), _figure(step.begin), _figure(step.seconds)]
        for step in timeline.path
        for who, what in [phases.told(step)]
    ]
    figure = ("began at", "took")
    title = f"The critical path: what the {figures.exactly(timeline.seconds)} went into"
    rest = NOTHING
    if timeline.between >= _WORTH_TELLING:
        between = figures.exactly(timeline.between)
        rest = element("p", text(f"{between} passed between these steps."), class_="small")
    steps = table(["step", "done", *figure], rows, figures=figure, class_="steps")
    return element("div", lines(element("h3", text(title)), steps, rest), class_="path")


def _words(timeline: Timeline) -> Html:
    """What the picture shows, for those who cannot see it or want the figures."""
    entries = [(lane.name, _told(lane)) for lane in timeline.lanes]
    said = element("summary", text("The picture in words"))
    return element("details", lines(said, facts(*entries)))


def _told(lane: Lane) -> Html:
    parts = [
        f"{phase.name} {figures.exactly(phase.seconds)}"
        + (f" for {', '.join(phase.needs)}" if phase.needs else "")
        for phase in lane.phases
    ]
    if lane.state not in ("done", ""):
        parts.append(lane.state + (f": needs {lane.because}" if lane.because else ""))
    if lane.phases:
        parts.append(f"over at {figures.exactly(lane.end)}")
    return join(text(", ".join(parts)))


def _figure(seconds: float) -> Html:
    return text(figures.exactly(seconds))
