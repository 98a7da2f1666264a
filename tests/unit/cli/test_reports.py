"""--report: each file by its ending, refused before the work, written however the run ends."""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest
from invoke.collection import Collection

from envcheck.cli.flags import Common, Telling
from envcheck.cli.program import EnvcheckProgram
from envcheck.cli.tasks import collection
from envcheck.cli.verb import Run, run, verb
from envcheck.core import events as ev
from envcheck.core.errors import ExitCode, Problem, ProfileInvalid, StepFailed
from envcheck.reporters import html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENDINGS = ("html", "xml", "json")


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    signals = (signal.SIGTERM, signal.SIGINT)
    before = {each: signal.getsignal(each) for each in signals}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


def work(call: Run) -> None:
    """A verb that finds something wrong."""
    call.session.emit(ev.Started("up", "shop", "shop"))
    call.session.emit(ev.Checked(ev.Result("a.b", "a check", "fail", "it is bad")))


def untouched(_call: Run) -> None:
    """A verb that must not be run."""
    raise AssertionError("the work was begun")


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A file for each format."""
    return {ending: tmp_path / f"report.{ending}" for ending in ENDINGS}


def telling(files: dict[str, Path]) -> Telling:
    return Telling([str(file) for file in files.values()])


def test_each_file_holds_its_format(files: dict[str, Path]) -> None:
    assert run(work, Common(), telling(files), answers=False) is ExitCode.UNHEALTHY
    assert files["html"].read_text().startswith("<!DOCTYPE html>")
    assert files["xml"].read_text().startswith('<?xml version="1.0"')
    assert json.loads(files["json"].read_text())["results"][0]["summary"] == "it is bad"


def test_the_json_file_holds_what_stdout_does(
    files: dict[str, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    run(work, Common(json=True), telling(files), answers=False)
    assert capfd.readouterr().out == files["json"].read_text()


@pytest.mark.parametrize(
    "error",
    [StepFailed("no disk", id="machine.disk-full"), ZeroDivisionError("oh"), KeyboardInterrupt()],
)
def test_they_are_written_whatever_happens(files: dict[str, Path], error: BaseException) -> None:
    def broken(call: Run) -> None:
        work(call)
        raise error

    code = run(broken, Common(), telling(files), answers=False)
    assert json.loads(files["json"].read_text())["exit_code"] == int(code)
    assert "<error" in files["xml"].read_text()
    assert "it is bad" in files["html"].read_text()


def test_a_second_interrupt_does_not_cost_the_report(
    files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = html.page

    def interrupted(*args: Any, **more: Any) -> str:
        signal.raise_signal(signal.SIGINT)
        return page(*args, **more)

    monkeypatch.setattr(html, "page", interrupted)
    run(work, Common(), telling(files), answers=False)
    assert files["html"].read_text().endswith("</html>\n")
    with pytest.raises(KeyboardInterrupt):  # afterwards it is heard again
        signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("name", ["report.pdf", "report", "html", "report.html.gz"])
def test_another_ending_is_refused_before_the_work(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    code = run(untouched, Common(), Telling([str(tmp_path / name)]), answers=False)
    assert code is ExitCode.INVALID
    said = " ".join(capfd.readouterr().out.split())
    assert ".html (a page), .xml (JUnit), .md or .json" in said
    assert [*tmp_path.iterdir()] == []


def test_a_folder_that_is_not_there_is_refused_before_the_work(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "none" / "report.html"
    assert run(untouched, Common(), Telling([str(file)]), answers=False) is ExitCode.INVALID
    said = " ".join(capfd.readouterr().out.split())
    assert "there is no folder" in said
    assert f"mkdir -p {file.parent}" in said


def test_one_that_cannot_be_written_is_enough_to_refuse(files: dict[str, Path]) -> None:
    wanted = [str(files["xml"]), str(files["html"]), "report.doc"]
    assert run(untouched, Common(json=True), Telling(wanted), answers=False) is ExitCode.INVALID
    assert not any(file.exists() for file in files.values())


def test_a_report_that_could_not_be_written_after_all_is_told(
    files: dict[str, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    def gone(call: Run) -> None:
        work(call)
        files["xml"].parent.rename(files["xml"].parent.with_name("elsewhere"))

    code = run(gone, Common(json=True), Telling([str(files["xml"])]), answers=False)
    captured = capfd.readouterr()
    assert code is ExitCode.UNHEALTHY
    assert json.loads(captured.out)["exit_code"] == 1
    assert f"envcheck: the report {files['xml']} could not be written: No such file" in captured.err


@verb(telling=True)
def look(run: Run, profile: str) -> None:
    """Look at something."""
    work(run)
    assert profile == "shop"


def call(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["envcheck", *words])
    program = EnvcheckProgram(name="envcheck", binary="envcheck", namespace=Collection(look=look))
    with pytest.raises(SystemExit) as leaving:
        program.run(["envcheck", *words])
    return int(leaving.value.code or 0)


def test_the_flag_may_be_given_again(
    files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [word for file in files.values() for word in ("--report", str(file))]
    assert call(monkeypatch, "look", *words, "shop", "--timings") == 1
    assert all(file.exists() for file in files.values())
    for file in files.values():
        file.unlink()
    assert call(monkeypatch, "look", "shop", f"--report={files['xml']}") == 1
    assert [name for name, file in files.items() if file.exists()] == ["xml"]


def test_the_tasks_that_bring_up_or_verify_have_these_flags() -> None:
    having = {
        name
        for name, task in collection().tasks.items()
        if {"report", "timings", "progress"} <= {argument.name for argument in task.get_arguments()}
    }
    assert {"up", "check", "onboard"} <= having


def test_on_github_stdout_keeps_to_its_document(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    run(work, Common(json=True), answers=False)
    captured = capfd.readouterr()
    assert json.loads(captured.out)["command"] == "up"
    assert "::error title=a check (a.b)::it is bad\n" in captured.err
    assert "it is bad" in summary.read_text()


def test_elsewhere_nobody_hears_of_github(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "false")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    run(work, Common(), answers=False)
    captured = capfd.readouterr()
    assert "::error" not in captured.out + captured.err
    assert [*tmp_path.iterdir()] == []


def test_a_problem_of_the_profile_stands_on_its_line(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def invalid(_call: Run) -> None:
        raise ProfileInvalid([Problem("profiles/shop.yaml", 3, 11, "no such key")])

    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    run(invalid, Common(), answers=False)
    told = capfd.readouterr().err
    assert "::error file=profiles/shop.yaml,line=3,col=11,title=a mistake in the profile::" in told


def test_progress_as_lines_of_json_has_stderr_to_itself(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    run(work, Common(json=True), Telling(progress="json"), answers=False)
    captured = capfd.readouterr()
    assert json.loads(captured.out)["command"] == "up"
    lines = [json.loads(line)["event"] for line in captured.err.splitlines()]
    assert lines == ["started", "finished"]


def test_a_way_of_telling_that_there_is_not_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    code = run(untouched, Common(json=True), Telling(progress="loud"), answers=False)
    assert code is ExitCode.INVALID
    assert json.loads(capfd.readouterr().out)["error"]["id"] == "usage.progress"
