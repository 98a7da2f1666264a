"""What holds for every run, whatever is in its events."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envcheck.core import events as ev
from envcheck.core.errors import Fix
from envcheck.reporters.console.lines import cells
from tests.unit.reporters.recorded import LONG_COMMAND, ONBOARD, PASSWORD, RUNS, Run
from tests.unit.reporters.showing import Screening, plain

ESCAPES = st.sampled_from(
    ["\x1b[31m", "\x1b[2J", "\x1b]0;title\x07", "\x9b1A", "\r", "\t", "\u202e"]
)
PROSE = st.lists(st.one_of(st.text(max_size=30), ESCAPES), max_size=8).map(" ".join)
TEXTS = st.lists(PROSE, max_size=3).map(tuple)
NAME = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=16)
SECONDS = st.floats(0, 500)
BYTES = st.none() | st.integers(0, 10**12)
KIND = st.sampled_from(["container", "network", "volume", "image"])
ACTION = st.sampled_from(["created", "started", "stopped", "removed", "recreated"])
SOURCE = st.sampled_from(["registry", "recipe", "build", "local"])
STATUS = st.sampled_from(["pass", "warn", "fail", "skip", "error"])
FIX = st.none() | st.builds(Fix, PROSE, st.just(()), st.booleans())
RESULT = st.builds(ev.Result, NAME, NAME, STATUS, PROSE, SECONDS, TEXTS, FIX)
CHANGE = st.builds(ev.Change, ACTION, KIND, PROSE, PROSE, BYTES)
READY = st.builds(
    ev.ServiceReady,
    *(NAME, NAME, NAME, SOURCE, NAME, PROSE, PROSE, PROSE, SECONDS, TEXTS, TEXTS, st.booleans()),
)
FAILED_SERVICE = st.builds(
    ev.ServiceFailed, NAME, NAME, NAME, PROSE, SECONDS, TEXTS, TEXTS, FIX, NAME, NAME, SOURCE
)

EVENTS: st.SearchStrategy[ev.Event] = st.one_of(
    st.builds(ev.Section, NAME),
    st.builds(ev.CheckStarted, NAME, NAME),
    st.builds(ev.Checked, RESULT),
    st.builds(ev.CommandStarted, st.just(LONG_COMMAND)),
    st.builds(ev.CommandOutput, PROSE),
    st.builds(ev.ImageProgress, PROSE, PROSE, BYTES, BYTES),
    st.builds(ev.ImageReady, PROSE, NAME, SOURCE, NAME, SECONDS, PROSE, st.booleans()),
    st.builds(ev.ServiceProgress, NAME, st.sampled_from(["waiting", "starting"]), PROSE),
    READY,
    FAILED_SERVICE,
    st.builds(ev.ServiceSkipped, NAME, PROSE),
    st.builds(ev.Changed, CHANGE),
    st.builds(ev.Kept, KIND, PROSE, PROSE),
    st.builds(ev.LeftBehind, KIND, PROSE, PROSE),
    st.builds(ev.WouldRemove, KIND, PROSE, BYTES),
    st.builds(ev.NothingLeft, NAME, PROSE),
    st.builds(ev.Asking, PROSE),
    st.builds(ev.Freed, st.integers(0, 10**12)),
    st.builds(ev.Note, PROSE),
    st.builds(ev.Failed, NAME, PROSE, st.sampled_from([2, 3, 4, 70, 130]), TEXTS, FIX),
)
COMMAND = st.sampled_from(["up", "onboard", "doctor", "check", "down", "clean", "run", "status"])
SHORT_NAME = st.text("abc", min_size=1, max_size=10)
STARTED = st.builds(ev.Started, COMMAND, SHORT_NAME, SHORT_NAME, PROSE)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    events = [draw(STARTED), *draw(st.lists(EVENTS, max_size=12))]
    return Run("any", tuple((number * 0.7, event) for number, event in enumerate(events)), 9.0)


any_run = given(run=runs(), width=st.sampled_from([60, 100]))
patient = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
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
