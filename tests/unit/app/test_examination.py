"""Checks run side by side, in dependency order, and none can take the others along."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from envcheck.app.checks.exam import Check, Exam
from envcheck.app.examination import examine
from envcheck.app.session import Session
from envcheck.core.errors import Fix, StepFailed
from envcheck.core.events import Checked, Result
from envcheck.core.spec import Owner

if TYPE_CHECKING:
    from collections.abc import Callable

    from envcheck.core.events import Event

OWNER = Owner("p", "p", "/nowhere", "0")


def check(
    id: str, look: Callable[[], None] | None = None, *needs: str, seconds: float = 5.0
) -> Check:
    def run(_exam: Exam) -> Result:
        if look is not None:
            look()
        return made.result("pass", "fine")

    made = Check(id, id, "about", run, needs, seconds)
    return made


def verdicts(*checks: Check) -> dict[str, Result]:
    events: list[Event] = []
    examine(Exam(Session(emit=events.append), OWNER), checks)
    return {event.result.id: event.result for event in events if isinstance(event, Checked)}


def fails() -> None:
    raise StepFailed("no room", id="machine.disk-full", evidence=("raw",), fix=Fix("make room"))


def crashes() -> None:
    raise ZeroDivisionError("oops")


def test_verdicts_are_told_in_the_order_of_the_table_whoever_is_first() -> None:
    last_has_run = threading.Event()
    found = verdicts(
        check("first", lambda: None if last_has_run.wait(5) else fails()),
        check("second"),
        check("last", last_has_run.set),
    )
    assert [*found] == ["first", "second", "last"]
    assert {result.status for result in found.values()} == {"pass"}


def test_what_rests_on_a_broken_check_is_skipped_with_the_reason() -> None:
    found = verdicts(
        check("base", fails),
        check("above", None, "base"),
        check("roof", None, "above"),
        check("aside"),
    )
    assert {id: result.status for id, result in found.items()} == {
        "base": "fail",
        "above": "skip",
        "roof": "skip",
        "aside": "pass",
    }
    assert found["base"].fault == "machine.disk-full"
    assert found["above"].summary == "skipped: it rests on base"


def test_a_check_that_crashes_is_an_error_and_the_others_go_on() -> None:
    found = verdicts(check("bad", crashes), check("good"))
    assert found["bad"].status == "error"
    assert found["bad"].summary == "the check crashed: ZeroDivisionError: oops"
    assert found["good"].status == "pass"


def test_a_check_that_hangs_is_a_result_that_says_so() -> None:
    never = threading.Event()
    found = verdicts(
        check("hangs", lambda: fails() if never.wait(30) else None, seconds=0.1), check("good")
    )
    never.set()
    assert found["hangs"].status == "error"
    assert found["hangs"].summary == "no verdict in 0 s"
    assert found["good"].status == "pass"


def test_a_check_begins_when_those_before_it_have_ended_whatever_came_of_them() -> None:
    second_began = threading.Event()
    side_by_side: list[bool] = []

    def look() -> None:
        side_by_side.append(second_began.wait(0.1))
        fails()

    second = replace(check("second", second_began.set), after=("first",))
    found = verdicts(check("first", look), second)
    assert side_by_side == [False]
    assert (found["first"].status, found["second"].status) == ("fail", "pass")
