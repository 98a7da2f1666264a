"""The executor: side by side where it can, one after the other where it must."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import EnvcheckError, StepFailed
from envcheck.core.plan import Act, Plan, RemoveVolume, Step
from envcheck.run.executor import WORKERS, Course, StepOutcome, beside, execute, within
from envcheck.run.ports import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 10.0
"""Longer than anything here takes, unless it hangs."""


def plan(*afters: tuple[int, ...]) -> Plan:
    """Steps 1, 2, … that wait for these others; each removes a volume of its number's name."""
    return Plan(
        tuple(Step(at, RemoveVolume(str(at)), "asked", after) for at, after in enumerate(afters, 1))
    )


def name_of(act: Act) -> str:
    assert isinstance(act, RemoveVolume)
    return act.name


def no_abort() -> None:
    pytest.fail("nothing was broken off")


def run(steps: Plan, perform: Callable[[str], None]) -> tuple[StepOutcome, ...]:
    return execute(steps, lambda act: perform(name_of(act)), abort=no_abort)


def failing(*names: str) -> Callable[[str], None]:
    def perform(name: str) -> None:
        if name in names:
            raise StepFailed(f"{name} cannot be done", id="test.failed")

    return perform


def statuses(outcomes: tuple[StepOutcome, ...]) -> list[str]:
    return [outcome.status for outcome in outcomes]


def test_an_empty_plan_is_done_at_once() -> None:
    assert run(Plan(), failing()) == ()


def test_every_step_is_done_once_after_all_that_it_waits_for() -> None:
    steps = plan((), (1,), (1,), (2, 3), (), (4, 5))
    done: list[str] = []
    outcomes = run(steps, done.append)
    assert statuses(outcomes) == ["done"] * 6
    assert [outcome.step for outcome in outcomes] == list(steps.steps)
    assert sorted(done) == ["1", "2", "3", "4", "5", "6"]
    for step in steps.steps:
        assert all(done.index(str(need)) < done.index(str(step.id)) for need in step.after)


def test_steps_that_do_not_wait_for_each_other_run_at_the_same_time() -> None:
    """All of them meet; one after the other, the first would wait for ever."""
    meeting = threading.Barrier(WORKERS)
    outcomes = run(plan(*[()] * WORKERS), lambda _name: void(meeting.wait(SECONDS)))
    assert statuses(outcomes) == ["done"] * WORKERS


def test_a_step_starts_when_what_it_waits_for_is_done_not_when_all_others_are() -> None:
    slow = threading.Event()

    def perform(name: str) -> None:
        if name == "1":
            assert slow.wait(SECONDS)
        if name == "3":
            slow.set()

    assert statuses(run(plan((), (), (2,)), perform)) == ["done"] * 3


def test_a_failed_step_stops_what_waits_for_it_and_nothing_else() -> None:
    outcomes = run(plan((), (1,), (2,), (), (4,), (3, 5)), failing("1"))
    assert statuses(outcomes) == ["failed", "skipped", "skipped", "done", "done", "skipped"]
    assert isinstance(outcomes[0].error, StepFailed)
    assert {outcome.blocked_by for outcome in outcomes if outcome.status == "skipped"} == {
        outcomes[0].step
    }
    assert all(outcome.error is None for outcome in outcomes[1:])


def test_a_step_behind_two_failures_names_one_of_them() -> None:
    outcomes = run(plan((), (), (1, 2)), failing("1", "2"))
    assert statuses(outcomes) == ["failed", "failed", "skipped"]
    assert outcomes[2].blocked_by in {outcomes[0].step, outcomes[1].step}


def test_a_long_chain_behind_a_failure_is_skipped_to_its_end() -> None:
    afters = [(), *((at,) for at in range(1, 400))]
    outcomes = run(plan(*afters), failing("1"))
    assert statuses(outcomes) == ["failed", *["skipped"] * 399]


def test_a_kind_of_our_errors_fails_its_step_too() -> None:
    class OwnError(EnvcheckError):
        """One of another room."""

    def perform(_name: str) -> None:
        raise OwnError("no", id="test.own")

    (outcome,) = run(plan(()), perform)
    assert (outcome.status, outcome.error.id if outcome.error else "") == ("failed", "test.own")


@pytest.mark.parametrize("kind", [KeyboardInterrupt, ZeroDivisionError, SystemExit])
def test_any_other_exception_breaks_the_run_off(kind: type[BaseException]) -> None:
    """Those that wait are told, and are given the time to end; what waits is never begun."""
    aborted, waiting = threading.Event(), threading.Event()
    ended: list[str] = []

    def perform(act: Act) -> None:
        if name_of(act) == "1":
            assert waiting.wait(SECONDS)
            raise kind
        waiting.set()
        assert aborted.wait(SECONDS)
        ended.append(name_of(act))

    with pytest.raises(kind):
        execute(plan((), (), (2,)), perform, abort=aborted.set)
    assert ended == ["2"]


def test_an_interrupt_while_it_waits_breaks_the_run_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C arrives in the main thread, which does nothing but wait."""
    aborted = threading.Event()

    def interrupted(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("envcheck.run.executor.wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        execute(plan(()), lambda _act: void(aborted.wait(SECONDS)), abort=aborted.set)
    assert aborted.is_set()


def test_no_thread_outlives_its_run() -> None:
    before = set(threading.enumerate())
    run(plan(*[()] * 5), failing("3"))
    for thread in set(threading.enumerate()) - before:
        thread.join(SECONDS)
        assert not thread.is_alive()


def test_what_does_not_end_when_the_run_is_broken_off_is_left_behind() -> None:
    """An engine that hangs must not keep who interrupts the run waiting."""
    release, begun = threading.Event(), threading.Event()

    def perform(act: Act) -> None:
        if name_of(act) == "1":
            begun.set()
            release.wait(SECONDS)
            return
        assert begun.wait(SECONDS)
        raise KeyboardInterrupt

    before = set(threading.enumerate())
    try:
        with pytest.raises(KeyboardInterrupt):
            execute(plan((), ()), perform, abort=lambda: None, course=Course(farewell=0.05))
        (left,) = set(threading.enumerate()) - before
        assert left.daemon
    finally:
        release.set()


def test_what_may_hang_is_waited_for_so_long_and_no_longer() -> None:
    release = threading.Event()
    try:
        with pytest.raises(TimeoutError, match="no answer in 0 s"):
            within(0.05, lambda: release.wait(SECONDS))
    finally:
        release.set()


def test_what_does_not_hang_gives_its_value_or_its_error() -> None:
    assert within(SECONDS, lambda: "value") == "value"
    with pytest.raises(ZeroDivisionError):
        within(SECONDS, lambda: 1 / 0)


def void(_value: object) -> None:
    """Make a statement of an expression."""


def test_the_first_failure_ends_all_where_it_is_told_to() -> None:
    """What waits is ended, what has not begun is not tried; both because of that failure."""
    ended, waiting = threading.Event(), threading.Event()

    def perform(act: Act) -> None:
        match name_of(act):
            case "1":
                assert waiting.wait(SECONDS)
                raise StepFailed("cannot be done", id="test.failed")
            case "2":
                waiting.set()
                assert ended.wait(SECONDS)
                raise Stopped
            case other:
                pytest.fail(f"{other} was begun")

    outcomes = execute(plan((), (), (2,)), perform, abort=ended.set, course=Course(fail_fast=True))
    assert statuses(outcomes) == ["failed", "skipped", "skipped"]
    assert [o.blocked_by.id for o in outcomes if o.blocked_by] == [1, 1]


def test_what_waits_for_a_step_whose_work_is_gone_again_is_skipped() -> None:
    course = Course(lost=lambda step: step.id == 1)
    outcomes = execute(plan((), (), (1, 2), (2,)), lambda _act: None, abort=no_abort, course=course)
    assert statuses(outcomes) == ["done", "done", "skipped", "done"]
    assert [o.blocked_by.id for o in outcomes if o.blocked_by] == [1]


def test_a_step_whose_work_is_gone_again_ends_all_where_the_first_failure_does() -> None:
    """Whoever has seen it ends the waits."""
    ended, first_done = threading.Event(), threading.Event()

    def perform(act: Act) -> None:
        if name_of(act) == "1":
            first_done.set()
        else:
            assert first_done.wait(SECONDS)
            raise Stopped

    course = Course(fail_fast=True, lost=lambda step: step.id == 1)
    outcomes = execute(plan((), (), (2,)), perform, abort=ended.set, course=course)
    assert statuses(outcomes) == ["done", "skipped", "skipped"]
    assert [o.blocked_by.id for o in outcomes if o.blocked_by] == [1, 1]
    assert ended.is_set()


def test_each_step_is_told_of_as_it_begins_and_as_it_ends() -> None:
    told: list[str] = []
    course = Course(
        begins=lambda step: told.append(f"{step.id} begins"),
        ended=lambda outcome: told.append(f"{outcome.step.id} {outcome.status}"),
    )
    execute(
        plan((), (1,), (2,)),
        lambda act: failing("2")(name_of(act)),
        abort=no_abort,
        course=course,
    )
    assert told == ["1 begins", "1 done", "2 begins", "2 failed", "3 skipped"]


def test_what_is_beside_is_ended_and_its_error_is_raised() -> None:
    end = threading.Event()

    def call() -> None:
        end.wait(SECONDS)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), beside(call, end.set):
        pass


def test_what_goes_wrong_beside_does_not_hide_an_interrupt() -> None:
    """The run would end as a bug in envcheck otherwise, with the exit code of one."""
    ended = threading.Event()

    def call() -> None:
        ended.set()
        raise ZeroDivisionError

    def interrupted() -> None:
        with beside(call, lambda: None):
            assert ended.wait(SECONDS)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()


SIGNALLED_ELSEWHERE = """
import signal, sys, threading, time
from envcheck.core.plan import Plan, RemoveVolume, Step
from envcheck.run.executor import execute, side_by_side, within

waits = {
    "within": lambda wait: within(30, wait),
    "side_by_side": lambda wait: side_by_side(lambda _: wait(), [1], lambda: None),
    "execute": lambda wait: execute(
        Plan((Step(1, RemoveVolume("v"), "asked"),)), lambda _: wait(), abort=lambda: None
    ),
}

def waits_for_us():
    frame = sys._current_frames()[threading.main_thread().ident]
    waits = frame.f_code.co_filename == threading.__file__
    while frame is not None:
        waits &= frame.f_code.co_name != "start"  # there it waits for the thread to begin
        frame = frame.f_back
    return waits

def wait():
    while not waits_for_us():
        time.sleep(0.001)
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)
    time.sleep(30)

signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    waits[sys.argv[1]](wait)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("what", ["within", "side_by_side", "execute"])
def test_an_interrupt_that_reaches_another_thread_is_noticed(what: str) -> None:
    """The system may hand a signal to any thread, and only the main one can act on it."""
    words = [sys.executable, "-c", SIGNALLED_ELSEWHERE, what]
    done = subprocess.run(words, timeout=SECONDS, capture_output=True, text=True, check=False)
    assert done.returncode == 130, done.stderr
