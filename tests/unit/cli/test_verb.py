"""A verb becomes a task: one exit code, one report, one JSON document where that is asked for."""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest

from envcheck.cli.flags import Common
from envcheck.cli.verb import Answer, Run, run
from envcheck.core import events as ev
from envcheck.core.errors import (
    EngineUnusable,
    ExitCode,
    Fix,
    Problem,
    ProfileInvalid,
    StepFailed,
    UsageError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from envcheck.core.events import Event

    Body = Callable[[Run], Answer | None]

PLAIN, JSON = Common(), Common(json=True)


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def telling(*events: Event) -> Body:
    """A verb to whom these things happen."""

    def body(call: Run) -> None:
        for event in events:
            call.session.emit(event)

    return body


def raising(error: BaseException) -> Body:
    """A verb that fails."""

    def body(_call: Run) -> None:
        raise error

    return body


FAILED_CHECK = ev.Checked(ev.Result("a.b", "a check", "fail", "it is bad"))
UNCHECKED = ev.Checked(ev.Result("a.b", "a check", "error", "nobody could tell"))
EVERY_END: list[tuple[Body, ExitCode]] = [
    (telling(), ExitCode.OK),
    (telling(ev.Checked(ev.Result("a", "a", "warn", "hm"))), ExitCode.OK),
    (telling(FAILED_CHECK), ExitCode.UNHEALTHY),
    (telling(ev.ServiceFailed("db", "x", "c", "died", 0.1)), ExitCode.UNHEALTHY),
    (raising(UsageError("no such profile")), ExitCode.INVALID),
    (raising(ProfileInvalid([Problem("p.yaml", 1, 2, "bad")])), ExitCode.INVALID),
    (telling(UNCHECKED), ExitCode.UNUSABLE),
    (raising(EngineUnusable("no engine", id="docker.not-running")), ExitCode.UNUSABLE),
    (raising(StepFailed("no disk", id="machine.disk-full")), ExitCode.FAILED),
    (telling(ev.LeftBehind("volume", "v", "in use")), ExitCode.INCOMPLETE),
    (raising(ZeroDivisionError("oh")), ExitCode.BUG),
    (raising(KeyboardInterrupt()), ExitCode.INTERRUPTED),
]


def test_every_exit_code_is_among_the_examples() -> None:
    assert {code for _, code in EVERY_END} == set(ExitCode)


@pytest.mark.parametrize(("body", "code"), EVERY_END)
@pytest.mark.parametrize(
    "common", [PLAIN, JSON, Common(quiet=True)], ids=["plain", "json", "quiet"]
)
def test_each_way_to_end_has_its_exit_code(body: Body, code: ExitCode, common: Common) -> None:
    assert run(body, common, answers=False) is code


@pytest.mark.parametrize(("body", "code"), EVERY_END)
def test_with_json_stdout_is_one_document_whatever_happens(
    body: Body, code: ExitCode, capfd: pytest.CaptureFixture[str]
) -> None:
    run(body, JSON, answers=False)
    document = json.loads(capfd.readouterr().out)
    assert document["schema"] == "envcheck.report/1"
    assert (document["exit_code"], document["outcome"]) == (int(code), code.outcome)


@pytest.fixture(params=["plain", "json"])
def common(request: pytest.FixtureRequest) -> Common:
    """Both ways to tell of a run."""
    return JSON if request.param == "json" else PLAIN


def everything(call: Run) -> Answer:
    """A verb that says all that one can say."""
    call.session.emit(ev.Started("up", "shop", "shop", "a shop"))
    call.session.emit(ev.Section("Services"))
    call.session.emit(ev.Note("by the way"))
    call.session.emit(FAILED_CHECK)
    print("a stray line", file=sys.stderr)  # noqa: T201
    return Answer("the answer", {"more": {"a": 1}})


def test_with_json_the_answer_is_in_the_document_and_nowhere_else(
    capfd: pytest.CaptureFixture[str],
) -> None:
    run(everything, JSON, answers=True)
    out = capfd.readouterr().out
    assert json.loads(out)["more"] == {"a": 1}
    assert "the answer" not in out


def test_an_answer_is_all_that_stands_on_stdout(capfd: pytest.CaptureFixture[str]) -> None:
    """So that `eval "$(./inv env)"` gets nothing else."""
    run(everything, PLAIN, answers=True)
    captured = capfd.readouterr()
    assert captured.out == "the answer\n"
    assert "it is bad" in captured.err


def test_quiet_says_nothing_where_all_is_well(capfd: pytest.CaptureFixture[str]) -> None:
    run(telling(ev.Note("by the way")), Common(quiet=True), answers=False)
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""


def test_quiet_still_says_what_went_wrong(capfd: pytest.CaptureFixture[str]) -> None:
    error = StepFailed("the disk is full", id="machine.disk-full", fix=Fix("make room"))
    run(raising(error), Common(quiet=True), answers=False)
    captured = capfd.readouterr()
    assert "the disk is full" in captured.out + captured.err


@pytest.mark.parametrize("debug", [True, False])
def test_a_traceback_is_shown_to_those_who_ask_for_it(
    capfd: pytest.CaptureFixture[str], *, debug: bool
) -> None:
    run(raising(ZeroDivisionError("oh dear")), Common(debug=debug), answers=False)
    captured = capfd.readouterr()
    assert ("Traceback" in captured.err) is debug
    assert "Traceback" not in captured.out
    assert "oh dear" in captured.out + captured.err


def test_a_bug_says_that_it_is_one_and_what_to_do(capfd: pytest.CaptureFixture[str]) -> None:
    run(raising(ZeroDivisionError("oh dear")), JSON, answers=False)
    error: dict[str, Any] = json.loads(capfd.readouterr().out)["error"]
    assert error["id"] == "bug"
    assert "ZeroDivisionError: oh dear" in error["what"]
    assert "--debug" in error["fix"]["text"]


def test_an_error_keeps_its_name_evidence_and_fix(capfd: pytest.CaptureFixture[str]) -> None:
    fix = Fix("stop it", ("docker stop x",))
    error = StepFailed("no port", id="docker.port-taken", evidence=("raw",), fix=fix)
    run(raising(error), JSON, answers=False)
    told = json.loads(capfd.readouterr().out)["error"]
    assert (told["id"], told["what"], told["evidence"]) == ("docker.port-taken", "no port", ["raw"])
    assert told["fix"]["commands"] == ["docker stop x"]


def test_sigterm_ends_a_run_as_ctrl_c_does(common: Common) -> None:
    def killed(_call: Run) -> None:
        signal.raise_signal(signal.SIGTERM)

    assert run(killed, common, answers=False) is ExitCode.INTERRUPTED


def test_the_report_says_how_long_it_took(capfd: pytest.CaptureFixture[str]) -> None:
    run(telling(), JSON, answers=False)
    assert 0 <= json.loads(capfd.readouterr().out)["seconds"] < 10


def test_the_verdicts_so_far_can_be_read_while_it_runs() -> None:
    seen: list[str] = []

    def body(call: Run) -> None:
        call.session.emit(FAILED_CHECK)
        seen.extend(result.id for result in call.results())

    run(body, JSON, answers=False)
    assert seen == ["a.b"]


@pytest.mark.parametrize(
    ("codes", "error", "code"),
    [
        ((), None, 0),
        ((3,), None, 3),
        ((0,), None, 0),
        ((0,), StepFailed("it does not go away", id="x"), ExitCode.FAILED),
        ((130,), StepFailed("it does not go away", id="x"), 130),
        ((127,), UsageError("no such command"), 127),
    ],
)
def test_what_was_run_for_the_user_decides_unless_it_ended_well(
    codes: tuple[int, ...], error: Exception | None, code: int
) -> None:
    def body(call: Run) -> None:
        for each in codes:
            call.exit_with(each)
        if error is not None:
            raise error

    assert run(body, PLAIN, answers=False, lends=True) == code


def test_what_lends_its_streams_tells_on_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    body = telling(ev.Started("run", "shop", "shop", "A shop"), ev.HandedOver("make"))
    assert run(body, PLAIN, answers=False, lends=True) == 0
    told = capfd.readouterr()
    assert told.out == ""
    assert "A shop" in told.err
