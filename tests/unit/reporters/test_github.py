"""GitHub: annotations on the profile's own lines, and a summary out of which no text breaks."""

from __future__ import annotations

import re
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from envcheck.core import events as ev
from envcheck.core.errors import Problem
from envcheck.core.profile import Place
from envcheck.core.report import Report, fold
from envcheck.reporters import markdown
from envcheck.reporters.console import console_reporter
from envcheck.reporters.github import GithubReporter, commands
from envcheck.reporters.outside import Outside
from tests.effort import few
from tests.unit.reporters.anything import runs
from tests.unit.reporters.made import MADE
from tests.unit.reporters.recorded import CONNECT, PASSWORD, PULL_FAILED, RUNS, Run
from tests.unit.reporters.stepwise import FAILED, MANY_FAILED, STEPWISE, WELL

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = re.compile(
    r"::(?P<level>error|warning) (?:file=(?P<file>[^:,]*),line=(?P<line>\d+),col=(?P<col>\d+),)?"
    r"title=(?P<title>[^:,]*)::(?P<text>[^\r\n]*)"
)


def read(line: str) -> dict[str, str]:
    """A command as the runner reads it: its parts, with the escapes undone."""
    found = COMMAND.fullmatch(line)
    assert found, line
    return {name: _undone(value) for name, value in found.groupdict().items() if value is not None}


def _undone(text: str) -> str:
    for escape, sign in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, sign)
    return text


def test_a_service_is_annotated_on_its_own_line_of_the_profile() -> None:
    (command,) = commands(FAILED.report, "./inv")
    told = read(command)
    assert (told["level"], told["file"], told["line"], told["col"]) == (
        "error",
        "profiles/webapp.yaml",
        "6",
        "3",
    )
    assert told["title"] == "db failed (postgres.data-other-major)"
    assert "state: exited with code 1" in told["text"]
    assert "./inv clean webapp --only db" in told["text"]


def test_a_warning_is_one_and_stands_where_its_service_does() -> None:
    told = read(*commands(WELL.report, "./inv"))
    assert (told["level"], told["line"], told["title"]) == (
        "warning",
        "6",
        "db version (service.db.version)",
    )


def test_every_failure_has_its_annotation() -> None:
    titles = [read(line)["title"].split()[0] for line in commands(MANY_FAILED.report, "./inv")]
    assert titles == ["cache", "worker", "mailer", "db", "web"]


def test_what_is_wrong_in_the_profile_is_annotated_problem_by_problem() -> None:
    problems = (
        Problem("profiles/a,b.yaml", 3, 11, "no such key: imagee", "did you mean 'image'?"),
        Problem("profiles/a,b.yaml", 4, 7, "100% wrong\nreally"),
    )
    evidence = tuple(map(str, problems))
    failed = ev.Failed("profile.invalid", "2 problems", 2, evidence, problems=problems)
    first, second = map(read, commands(fold([ev.Started("up"), failed]), "./inv"))
    assert (first["file"], first["line"], first["col"]) == ("profiles/a,b.yaml", "3", "11")
    assert first["text"] == "no such key: imagee (did you mean 'image'?)"
    assert "100% wrong" in second["text"]


def test_what_stops_a_run_is_annotated_once() -> None:
    told = read(*commands(PULL_FAILED.report, "./inv"))
    assert told["title"] == "up (registry.unreachable)"
    assert "no such host" in told["text"]


def test_the_file_is_named_as_the_repository_calls_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sub"
    folder.mkdir()
    monkeypatch.chdir(folder)
    place = Place("profiles/webapp.yaml", 3, 1)
    events: list[ev.Event] = [
        ev.ProfileRead(place.file, {"db": place}),
        ev.ServiceFailed("db", "x", "c", "died", 0.1),
    ]
    told = read(*commands(fold(events), "./inv", str(tmp_path)))
    assert told["file"] == "sub/profiles/webapp.yaml"
    told = read(*commands(fold(events), "./inv", str(tmp_path / "elsewhere")))
    assert told["file"] == "profiles/webapp.yaml"


@given(runs())
@settings(max_examples=few(15), deadline=None)
def test_no_text_breaks_out_of_a_command(run: Run) -> None:
    for line in commands(Outside().report(run.report), "./inv"):
        read(line)


PARSER = MarkdownIt("gfm-like", {"linkify": False})
OURS = re.compile(r"(<details><summary>[^<>]*</summary>\n?|</details>\n?|<pre>[^<>]*</pre>\n?)")


@given(runs())
@settings(max_examples=few(15), deadline=None)
def test_no_text_breaks_out_of_the_summary(run: Run) -> None:
    blocks = markdown.summary(Outside().report(run.report), "./inv")
    rows = 0
    for token in PARSER.parse("\n\n".join(blocks)):
        assert token.type not in ("fence", "code_block", "hr", "bullet_list_open", "lheading_open")
        if token.type == "html_block":
            assert OURS.fullmatch(token.content), token.content
        rows += token.type == "tr_open"
        for inline in token.children or ():
            assert inline.type in ("text", "strong_open", "strong_close", "text_special"), inline
    report = run.report
    tables = [part for part in (report.services, report.results) if part]
    assert rows == sum(len(table) + 1 for table in tables)


@pytest.mark.parametrize("run", [*RUNS, *STEPWISE], ids=lambda run: run.name)
def test_a_summary_holds_no_secret(run: Run) -> None:
    text = "\n".join(markdown.summary(Outside().report(run.report), "./inv"))
    assert PASSWORD not in text


def test_a_task_that_found_nothing_adds_no_summary() -> None:
    assert markdown.summary(fold([ev.Started("env", "webapp"), CONNECT]), "./inv") == []


def reporter(stream: StringIO, **environ: str) -> GithubReporter:
    return GithubReporter(stream, environ, MADE)


def test_the_summary_is_added_to_what_others_wrote(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_text("before\n")
    stream = StringIO()
    reporter(stream, GITHUB_STEP_SUMMARY=str(file)).finish(FAILED.report)
    text = file.read_text()
    assert text.startswith("before\n### ❌ envcheck up webapp")
    assert "<details><summary>❌ db: the data in volume" in text
    assert "FATAL:  database files are incompatible" in text
    assert stream.getvalue().startswith("::error file=profiles/webapp.yaml,line=6,col=3,title=db")


def test_a_summary_that_would_be_too_large_ends_with_a_whole_block(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_text("x" * (1024 * 1024 - 400))
    reporter(StringIO(), GITHUB_STEP_SUMMARY=str(file)).finish(FAILED.report)
    text = file.read_text()
    assert "envcheck up" in text
    assert len(text.encode()) <= 1024 * 1024
    assert "<details>" not in text


def test_a_log_cannot_give_the_runner_a_command() -> None:
    stream = StringIO()
    told = console_reporter(stream, environ={"GITHUB_ACTIONS": "true"})
    logs = ("::add-mask::a", "  ::Stop-Commands::x", "y ##[error]z", "std::vec::Vec [::1]:80")
    told.handle(ev.ServiceFailed("db", "x", "c", "died", 0.1, logs=logs))
    told.finish(Report())
    text = stream.getvalue()
    assert "::add-mask" not in text
    assert "::Stop" not in text
    assert "##[" not in text
    assert "std::vec::Vec [::1]:80" in text  # what no runner takes for a command stays as it is


def test_elsewhere_a_log_is_shown_as_it_is() -> None:
    stream = StringIO()
    told = console_reporter(stream, environ={})
    told.handle(ev.ServiceFailed("db", "x", "c", "died", 0.1, logs=("::error::a",)))
    told.finish(Report())
    assert "::error::a" in stream.getvalue()
