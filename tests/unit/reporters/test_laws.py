"""What holds for every run, whatever is in its events."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envcheck.core import events as ev
from envcheck.reporters.console.lines import cells
from tests.effort import few
from tests.unit.reporters.anything import runs
from tests.unit.reporters.recorded import LONG_COMMAND, ONBOARD, PASSWORD, RUNS, Run
from tests.unit.reporters.showing import Screening, plain

any_run = given(run=runs(), width=st.sampled_from([60, 100]))
patient = settings(
    max_examples=few(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def assert_orderly(text: str, width: int) -> None:
    lines = text.split("\n")
    assert lines.pop() == ""
    assert lines[:1] != [""], "begins with an empty line"
    for before, line in zip(["x", *lines], lines, strict=False):
        assert line or before, "two empty lines in a row"
        assert line == line.rstrip()
        assert cells(line) <= width or LONG_COMMAND in line
        assert not any(unicodedata.category(character) in ("Cc", "Cf") for character in line)


@any_run
@patient
def test_plain_output_fits_and_steers_no_terminal(run: Run, width: int) -> None:
    text = plain(run, width)
    if text:
        assert_orderly(text, width)


@any_run
@patient
def test_ascii_output_is_ascii(run: Run, width: int) -> None:
    assert plain(run, width, encoding="ascii").isascii()


@any_run
@patient
def test_the_live_screen_keeps_its_cursor_and_leaves_no_trace(run: Run, width: int) -> None:
    screening = Screening(run, width)
    text = screening.end()
    assert screening.terminal.cursor_shown
    if text.strip():
        # The terminal breaks a long command; every other line must fit by itself.
        assert_orderly(text, width)


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.name)
def test_secrets_are_never_shown(run: Run) -> None:
    leaky = ev.Note(f"connecting to postgresql://app:{PASSWORD}@127.0.0.1:5432/app")
    run = replace(run, timed=(*run.timed, (99.0, leaky)))
    screening = Screening(run)
    screening.end()
    assert PASSWORD not in plain(run) + screening.terminal.getvalue()


def test_colour_only_where_asked_for() -> None:
    assert "\x1b" not in plain(ONBOARD)
    assert "\x1b[32m✓\x1b[0m engine" in plain(ONBOARD, colour=True)
