"""Showing recorded runs in tests, on a clock that stands still between events."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from envcheck.reporters.console.live import LiveReporter
from envcheck.reporters.console.page import ASCII, UNICODE, Page
from envcheck.reporters.console.plain import PlainReporter
from envcheck.reporters.outside import Outside
from tests.unit.reporters.terminal import Terminal

if TYPE_CHECKING:
    from tests.unit.reporters.recorded import Run

GOLDEN = Path(__file__).parent / "golden"


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        """What time it is."""
        return self.time


def plain(
    run: Run,
    width: int = 100,
    *,
    encoding: str = "utf-8",
    colour: bool = False,
    timings: bool = False,
) -> str:
    """What plain output says of a run."""
    stream, clock = StringIO(), Clock()
    glyphs = UNICODE if encoding == "utf-8" else ASCII
    page = Page(width, glyphs, bars=False, timings=timings)
    reporter = PlainReporter(stream, page, Outside(encoding), colour=colour, clock=clock)
    for clock.time, event in run.timed:
        reporter.handle(event)
    reporter.finish(run.report)
    return stream.getvalue()


class Screening:
    """A run shown live on a terminal in memory."""

    def __init__(self, run: Run, width: int = 100, encoding: str = "utf-8") -> None:
        self.terminal = Terminal(width)
        self._run = run
        self._clock = Clock()
        self._left = list(run.timed)
        console = Console(
            file=self.terminal,
            width=width,
            height=60,
            force_terminal=True,
            force_interactive=True,
            color_system="standard",
        )
        page = Page(width, UNICODE if encoding == "utf-8" else ASCII)
        self._reporter = LiveReporter(console, page, Outside(encoding), clock=self._clock)

    def until(self, time: float) -> str:
        """The screen at a moment of the run."""
        while self._left and self._left[0][0] <= time:
            self._clock.time, event = self._left.pop(0)
            self._reporter.handle(event)
        self._clock.time = time
        self._reporter.draw()
        return self.terminal.screen

    def end(self) -> str:
        """The screen after the run."""
        for time, _ in tuple(self._left):
            self.until(time)
        self._reporter.finish(self._run.report)
        return self.terminal.screen


def matches_golden(name: str, text: str) -> None:
    """Compare with the golden text; ENVCHECK_UPDATE_GOLDEN=1 writes it instead."""
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("ENVCHECK_UPDATE_GOLDEN") == "1":
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
