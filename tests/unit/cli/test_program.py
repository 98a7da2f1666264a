"""The command line as Invoke reads it: PROFILE may be left out, and mistakes exit with 2."""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING

import pytest
from invoke.collection import Collection

from envcheck.cli.program import EnvcheckProgram
from envcheck.cli.tasks import collection
from envcheck.cli.verb import Answer, Run, verb
from envcheck.core.errors import StepFailed

if TYPE_CHECKING:
    from collections.abc import Iterator


@verb(answers=True, only="one of them", loud="say it louder")
def greet(_run: Run, profile: str, *, only: str = "", loud: bool = False) -> Answer:
    """Greet somebody."""
    return Answer(f"{profile}|{only}|{loud}")


@verb()
def fail(_run: Run, profile: str) -> None:
    """Fail."""
    raise StepFailed(f"cannot do {profile or 'anything'}", id="test.failed")


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    """The program with two tasks."""
    return Call(monkeypatch)


class Call:
    """Calls the program with a command line; its exit code."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(self, *words: str) -> int:
        """Run it to its end."""
        self._monkeypatch.setattr(sys, "argv", ["envcheck", *words])
        tasks = Collection(greet=greet, fail=fail)
        try:
            EnvcheckProgram(name="envcheck", binary="envcheck", namespace=tasks).run(
                ["envcheck", *words]
            )
        except SystemExit as leaving:
            return int(leaving.code or 0)
        return 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["greet"], "||False"),
        (["greet", "shop"], "shop||False"),
        (["greet", "--only", "web"], "|web|False"),
        (["greet", "--only", "web", "shop"], "shop|web|False"),
        (["greet", "shop", "--only=web", "--loud"], "shop|web|True"),
        (["greet", "--loud", "profiles/shop.yaml"], "profiles/shop.yaml||True"),
        (["greet", "--instance", "two"], "||False"),
    ],
)
def test_the_profile_may_stand_anywhere_or_nowhere(
    call: Call, capfd: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert call(*words) == 0
    assert capfd.readouterr().out == f"{said}\n"


@pytest.mark.parametrize(
    "words", [["greet", "--nope"], ["nosuchtask"], ["greet", "--only"], ["--nope"]]
)
def test_a_command_line_that_cannot_be_read_exits_with_2(
    call: Call, capfd: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert call(*words) == 2
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err.strip()
    assert "Traceback" not in captured.err


def test_a_failed_task_exits_with_its_code_and_without_invokes_own_words(
    call: Call, capfd: pytest.CaptureFixture[str]
) -> None:
    assert call("fail", "shop", "--json") == 4
    captured = capfd.readouterr()
    assert json.loads(captured.out)["error"]["what"] == "cannot do shop"
    assert "Traceback" not in captured.err


def test_every_task_of_the_design_is_there_with_its_common_flags() -> None:
    tasks = collection().tasks
    wanted = {"onboard", "doctor", "plan", "up", "check", "status", "env", "down", "clean"}
    assert wanted <= set(tasks)
    for name in wanted:
        flags = {argument.name for argument in tasks[name].get_arguments()}
        assert {"json", "yes", "instance", "quiet", "debug"} <= flags, name
        assert tasks[name].__doc__, name


def test_no_flag_has_a_short_form_but_those_that_were_given_one() -> None:
    """It would change its meaning with the next flag that begins with the same letter."""
    given = {"bundle": ["o"], "logs": ["f"], "snapshot": ["o"]}
    for name, task in collection().tasks.items():
        short = [n for argument in task.get_arguments() for n in argument.names if len(n) == 1]
        assert short == given.get(name, []), name
