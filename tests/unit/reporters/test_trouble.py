"""A failure is told on one screen: the first one in full, the others shorter."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envcheck.core import events as ev
from envcheck.core.errors import Fix
from envcheck.reporters.console.page import Page
from envcheck.reporters.console.trouble import troubles
from tests.effort import few
from tests.unit.reporters.recorded import CACHE, DATA_OTHER_MAJOR, Run, progress, started
from tests.unit.reporters.showing import Screening, plain
from tests.unit.reporters.stepwise import (
    ENDED,
    FAILED,
    LATE,
    MANY_FAILED,
    OUT_OF_MEMORY,
    run,
)

SCREEN = 40
PROSE = st.text(st.characters(codec="utf-8"), max_size=400)
ADVICE = st.text("abc d", max_size=150)
COMMAND = st.text("abc", min_size=1, max_size=60)
FAILURES = st.builds(
    ev.ServiceFailed,
    service=st.just("db"),
    id=st.just("service.exited"),
    container=st.just("webapp-db"),
    summary=PROSE,
    seconds=st.floats(0, 500),
    evidence=st.lists(PROSE, max_size=30).map(tuple),
    logs=st.lists(PROSE, max_size=50).map(tuple),
    fix=st.builds(Fix, ADVICE, st.lists(COMMAND, max_size=4).map(tuple), st.booleans()),
    state=st.sampled_from(["exited", "running", ""]),
    exit_code=st.none() | st.integers(0, 255),
    meaning=st.sampled_from(["", "it was killed (SIGKILL)"]),
    heard=PROSE,
)


def one_of_three(failure: ev.ServiceFailed) -> Run:
    """A run of three services, of which this one fails."""
    names = ("db", "cache", "web")
    actions: tuple[ev.Action, ...] = ("created", "started", "stopped", "removed")
    changes = [ev.Change(action, "container", f"webapp-{n}") for n in names for action in actions]
    others: list[tuple[float, ev.Event]] = [
        (0.0, ev.Section("Services")),
        *((0.0, progress(name, "waiting")) for name in names),
        *((0.1 * number, ev.Changed(change)) for number, change in enumerate(changes)),
        (2.0, CACHE),
        (2.1, failure),
        (2.2, ev.ServiceSkipped("web", "db")),
    ]
    return run("any", "up", [], others, 2.3)


@given(FAILURES)
@settings(max_examples=few(15), deadline=None)
def test_one_failure_of_three_services_fits_one_screen(failure: ev.ServiceFailed) -> None:
    screen = Screening(one_of_three(failure), 100).end()
    assert len(screen.splitlines()) <= SCREEN


def test_many_failures_fit_one_screen_too_and_the_first_one_comes_first() -> None:
    screen = Screening(MANY_FAILED, 100).end()
    assert len(screen.splitlines()) <= SCREEN
    names = ("cache: killed", "worker: exited", "mailer: exited", "db: the data", "web: not")
    places = [screen.index(f"\n{name}") for name in names]
    assert places == sorted(places)


def test_all_that_was_captured_is_told_of_the_first() -> None:
    text = plain(FAILED)
    for told in (
        "failed after 0.4 s: exited with code 1",
        "postgres.data-other-major",
        "state      exited with code 1",
        "evidence   DETAIL: The data directory was initialized",
        "last log   PostgreSQL Database directory appears to contain",
        "answer     connection refused",
        "./inv clean webapp --only db",
        "1.3 s  db exited (1)",
        "Next: docker logs webapp-db, then ./inv up webapp",
    ):
        assert told in text, told


def test_the_meaning_of_an_exit_code_is_told() -> None:
    assert "exited with code 137: it was killed (SIGKILL)" in plain(MANY_FAILED)


@pytest.mark.parametrize(
    ("failure", "untold"),
    [
        (replace(ENDED, state="exited", summary="exited with code 3"), "state"),
        (LATE, "answer"),  # the evidence says it already
    ],
)
def test_nothing_is_told_twice(failure: ev.ServiceFailed, untold: str) -> None:
    text = plain(one_of_three(failure))
    assert f"  {untold} " not in text


def test_a_later_failure_is_told_shorter() -> None:
    whole = troubles([OUT_OF_MEMORY], Page(), first=True)
    brief = troubles([OUT_OF_MEMORY], Page(), first=False)
    assert len(brief) < len(whole)
    assert len([line for line in brief if line]) == 5  # what, two lines of its log, advice, command


@pytest.mark.parametrize(
    ("fix", "command"),
    [
        (Fix("look at it", ("docker inspect x",)), "docker inspect x, then ./inv up webapp"),
        (Fix("drop it", ("docker rm x",), destructive=True), "docker logs webapp-db, then"),
        (Fix("think"), "docker logs webapp-db, then"),
        (Fix("make it", ("envcheck up webapp",)), "./inv up webapp\n"),
        (None, "docker logs webapp-db, then"),
    ],
)
def test_the_next_command_loses_nothing(fix: Fix | None, command: str) -> None:
    text = plain(one_of_three(replace(DATA_OTHER_MAJOR, fix=fix)))
    assert f"Next: {command}" in text


def test_a_check_that_failed_names_the_next_command_too() -> None:
    result = ev.Result(
        "service.db.name", "db name", "fail", "nobody finds it", fix=Fix("", ("x y",))
    )
    check = Run("check", ((0.0, started("check")), (0.1, ev.Checked(result))), 0.2)
    assert "Next: x y, then ./inv check webapp" in plain(check)


def test_what_is_paused_has_no_exit_code_to_tell() -> None:
    paused = replace(ENDED, state="paused", exit_code=0, summary="its container is paused")
    text = plain(one_of_three(paused))
    assert "code" not in text
    assert "worker failed" in text
