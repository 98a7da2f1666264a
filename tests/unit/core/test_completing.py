"""What may follow on a command line that is begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest

from envcheck.app.connect import FORMATS
from envcheck.app.rollback import OnFailure
from envcheck.cli.command_line import of_envcheck
from envcheck.cli.listeners import PROGRESS
from envcheck.core.completing import Flag, Task, Wanted, wanted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TASKS = {
    "up": Task(
        "Bring it up",
        ("profile",),
        {
            "--instance": Flag("a name", value=True),
            "--report": Flag("a file", value=True, again=True),
            "--on-failure": Flag("what then", value=True),
            "--quiet": Flag("say less"),
        },
    ),
    "bundle": Task("Save or load", ("action", "target"), {"-o": Flag("a file", value=True)}),
    "clean": Task("Take away", ("profile",), {"--only": Flag("one service", value=True)}),
    "lock": Task("Lock", ("profile",), {"--upgrade": Flag("all", value=True, optional=True)}),
}
PROGRAM = {"--list": Flag("List them", value=True, optional=True), "--debug": Flag("Tell more")}


def after(line: str) -> Wanted:
    *words, current = line.split(" ")
    return wanted(words, current, TASKS, PROGRAM)


def test_first_comes_a_task_or_a_flag_of_the_program() -> None:
    assert [*after("").choices] == ["up", "bundle", "clean", "lock"]
    assert [*after("--").choices] == ["--list", "--debug"]
    assert [*after("--debug u").choices] == ["up", "bundle", "clean", "lock"]


def test_then_the_tasks_words_in_their_order() -> None:
    assert after("up ").values == "profiles"
    assert [*after("bundle ").choices] == ["save", "load"]
    assert after("bundle save ").values == "profiles"
    assert after("bundle load ").values == "files"


def test_then_its_flags_without_those_that_are_there() -> None:
    flags = ["--instance", "--report", "--on-failure", "--quiet"]
    assert [*after("up shop ").choices] == flags
    assert [*after("up shop --quiet --report x.html --").choices] == flags[:3]


def test_a_flags_value_stands_after_it_or_in_the_same_word() -> None:
    assert after("up --instance ").values == "instances"
    assert [*after("up shop --on-failure ").choices] == ["keep", "down", "clean"]
    same = after("up shop --on-failure=k")
    assert ([*same.choices], same.before) == (["keep", "down", "clean"], "--on-failure=")
    assert after("up --instance two ").values == "profiles"


def test_services_are_those_of_the_profile_that_the_line_names() -> None:
    found = after("clean shop --only ")
    assert (found.values, found.profile) == ("services", "shop")


def test_after_two_dashes_stands_a_command_of_the_users_own() -> None:
    assert after("up shop -- ls ").values == "files"


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Task]:
    """The real tasks, kept in a folder of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    read, _ = of_envcheck()
    kept, _ = of_envcheck()
    assert kept == read
    return kept


def test_the_words_that_are_offered_are_those_that_the_tasks_know(
    tasks: Mapping[str, Task],
) -> None:

    def choices(*words: str) -> tuple[str, ...]:
        return tuple(wanted(words, "", tasks, {}).choices)

    assert choices("env", "shop", "--format") == FORMATS
    assert choices("up", "shop", "--progress") == PROGRESS
    assert choices("up", "shop", "--on-failure") == get_args(OnFailure)


def test_something_is_known_of_every_value_of_every_task(tasks: Mapping[str, Task]) -> None:
    """A new flag or bare word has its line in the table, or is named here as free text."""
    free = {
        *("snapshot name", "init name", "recipe pin", "doctor --only", "doctor --fix-destructive"),
        *("logs --since", "logs --lines", "status --interval"),
    }
    for name, task in tasks.items():
        given: list[str] = []
        for word in task.words:
            found = wanted((name, *given), "", {name: task}, {})
            given.append("list")
            assert found.values or found.choices or f"{name} {word}" in free, f"{name} {word}"
        for flag, about in task.flags.items():
            if about.value:
                found = wanted((name, flag), "", {name: task}, {})
                assert found.values or found.choices or f"{name} {flag}" in free, f"{name} {flag}"
