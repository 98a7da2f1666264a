"""The region that changes in place: drawn by a thread of its own, gone when nothing goes on."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from envcheck.core import events as ev
from envcheck.core.report import Report
from envcheck.reporters.console import console_reporter, live
from tests.unit.reporters.recorded import passed
from tests.unit.reporters.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


def eventually(holds: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether something holds before a deadline."""
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.005)
    return holds()


def drawing() -> bool:
    return any(thread.name == "envcheck-draw" for thread in threading.enumerate())


def test_what_goes_on_is_drawn_again_and_again_until_it_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "_TICK", 0.01)
    terminal = Terminal(80)
    reporter = console_reporter(terminal, environ={"TERM": "xterm"})
    reporter.handle(ev.CheckStarted("a", "engine"))
    assert eventually(lambda: terminal.getvalue().count("engine") > 2)
    assert not terminal.cursor_shown
    reporter.handle(passed("a", "engine", "fine"))
    assert terminal.cursor_shown
    assert eventually(lambda: not drawing())
    reporter.finish(Report(command="doctor"))
    assert terminal.screen.startswith("  ✓ engine            fine\n\nThis machine is ready")


def test_what_is_over_at_once_does_not_flash() -> None:
    terminal = Terminal(80)
    reporter = console_reporter(terminal, environ={"TERM": "xterm", "NO_COLOR": "1"})
    reporter.handle(ev.CheckStarted("a", "engine"))
    reporter.handle(passed("a", "engine", "fine"))
    reporter.finish(Report(command="status"))
    assert terminal.getvalue() == "  ✓ engine            fine\n"


def test_a_burst_of_progress_is_not_drawn_one_by_one() -> None:
    terminal = Terminal(80)
    reporter = console_reporter(terminal, environ={"TERM": "xterm"})
    for done in range(1000):
        reporter.handle(ev.ImageProgress("postgres:17.11", "pulling", done, 1000))
    assert terminal.getvalue().count("pulling") <= 1
    reporter.finish(Report())
    assert "not finished" in terminal.screen


def test_a_region_taller_than_the_terminal_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINES", "10")
    monkeypatch.setenv("COLUMNS", "80")
    terminal = Terminal(80)
    reporter = console_reporter(terminal, environ={"TERM": "xterm"})
    assert isinstance(reporter, live.LiveReporter)
    for number in range(30):
        reporter.handle(ev.ServiceProgress(f"service-{number}", "starting"))
    reporter.draw()
    assert len(terminal.screen.splitlines()) <= 10
    assert "service-29" in terminal.screen
