"""What a person sees of each recorded run, as text to read. Look at the files in ``golden/``."""

from __future__ import annotations

import pytest

from envcheck.reporters.console.lines import cells
from tests.unit.reporters.recorded import (
    DOCTOR_FIX,
    INTERRUPTED,
    ONBOARD,
    ONBOARD_BARE,
    PULL_FAILED,
    RUNS,
    UP_NOTHING,
    Run,
)
from tests.unit.reporters.showing import Screening, matches_golden, plain
from tests.unit.reporters.stepwise import FAILED, MACHINE_TIMED, MANY_FAILED, TWELVE, WELL

WIDTHS = (100, 60)
runs = pytest.mark.parametrize("run", RUNS, ids=lambda run: run.name)
widths = pytest.mark.parametrize("width", WIDTHS)


@widths
@runs
def test_plain_output_reads_as_agreed(run: Run, width: int) -> None:
    matches_golden(f"{run.name}-plain-{width}", plain(run, width))


@widths
@runs
def test_the_screen_reads_as_agreed_at_the_end(run: Run, width: int) -> None:
    matches_golden(f"{run.name}-live-{width}", Screening(run, width).end())


@widths
@pytest.mark.parametrize("run", [FAILED, MANY_FAILED], ids=lambda run: run.name)
def test_a_failure_reads_as_agreed(run: Run, width: int) -> None:
    matches_golden(f"{run.name}-{width}", Screening(run, width).end())


@widths
@pytest.mark.parametrize("run", [WELL, FAILED, MACHINE_TIMED, TWELVE], ids=lambda run: run.name)
def test_timings_read_as_agreed(run: Run, width: int) -> None:
    text = plain(run, width, timings=True)
    assert all(cells(line) <= width for line in text.splitlines())
    matches_golden(f"{run.name}-timings-{width}", text[text.index("Timings") :])


def test_timings_are_told_only_where_asked_for() -> None:
    assert "Timings" not in plain(WELL)
    assert "Timings" not in plain(UP_NOTHING, timings=True)  # it took no steps


@pytest.mark.parametrize("run", [ONBOARD, PULL_FAILED], ids=lambda run: run.name)
def test_output_reads_as_agreed_where_only_ascii_can_be_shown(run: Run) -> None:
    text = plain(run, encoding="ascii")
    assert text.isascii()
    matches_golden(f"{run.name}-plain-ascii", text)
    screen = Screening(run, encoding="ascii")
    frames = [screen.until(time) for time in (0.5, 4.5)]
    text = "\n".join([*frames, screen.end()])
    assert text.isascii()
    matches_golden(f"{run.name}-live-ascii", text)


@pytest.mark.parametrize(
    ("run", "times"),
    [
        (ONBOARD, (0.5, 2.6, 4.5, 5.65, 5.75, 7.35, 7.6)),
        (ONBOARD_BARE, (0.2, 1.0, 1.7, 2.15, 2.3, 4.2)),
        (PULL_FAILED, (0.1, 1.5)),
        (DOCTOR_FIX, (0.05, 1.25, 2.9, 4.5)),
        (INTERRUPTED, (0.05, 3.1)),
    ],
    ids=lambda value: value.name if isinstance(value, Run) else "",
)
def test_the_screen_reads_as_agreed_while_work_goes_on(run: Run, times: tuple[float, ...]) -> None:
    screen = Screening(run)
    frames = [f"---- at {time} s\n{screen.until(time)}" for time in times]
    screen.end()
    matches_golden(f"{run.name}-frames", "\n".join(frames))


@pytest.mark.parametrize("time", [0.2, 1.0, 2.3], ids=["asking", "password", "asking again"])
def test_nothing_moves_while_the_terminal_is_somebody_elses(time: float) -> None:
    screen = Screening(ONBOARD_BARE)
    screen.until(time)
    assert screen.terminal.cursor_shown
    written = screen.terminal.getvalue()
    assert written.endswith("\n") or "\x1b[?25h" in written[-40:]
    screen.until(time + 0.05)
    assert screen.terminal.getvalue() == written
