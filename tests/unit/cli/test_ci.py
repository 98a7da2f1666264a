"""--ci: which reports it writes, and how it folds a CI system's log."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from envcheck.cli.ci import folds, for_ci
from envcheck.cli.flags import Common, Telling
from envcheck.cli.verb import Run, run
from envcheck.core import events as ev
from envcheck.core.report import Report

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_reports_of_every_form_are_in_one_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def work(this: Run) -> None:
        assert this.session.yes
        assert this.ci
        this.session.emit(ev.Started("up", "shop", "shop"))

    assert run(work, Common(), Telling(ci=True, report=["own.json"]), answers=False) == 0
    names = sorted(path.name for path in (tmp_path / "envcheck-reports").iterdir())
    assert names == [f"envcheck-report.{ending}" for ending in ("html", "json", "md", "xml")]
    assert (tmp_path / "own.json").exists()


def test_a_folder_that_cannot_be_made_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "envcheck-reports").write_text("a file")
    assert run(lambda _run: None, Common(), Telling(ci=True), answers=False) == 2
    assert "envcheck-reports" in capfd.readouterr().out


def test_what_was_asked_for_stays() -> None:
    _, telling = for_ci(Common(), Telling(progress="json"))
    assert telling.progress == "json"
    assert for_ci(Common(), Telling())[1].progress == "plain"


EVENTS: tuple[ev.Event, ...] = (
    ev.Started("run", "shop", "shop"),
    ev.Section("Images"),
    ev.HandedOver("make"),
    ev.Note("taken down"),
    ev.Note("more"),
)


def folded(**environ: str) -> list[str]:
    stream = io.StringIO()
    for reporter in folds(stream, environ):
        for event in EVENTS:
            reporter.handle(event)
            stream.write(f"{type(event).__name__}\n")
        reporter.finish(Report())
    return stream.getvalue().strip().split("\n")


def test_github_folds_what_is_ours_and_leaves_the_command_open() -> None:
    assert folded(GITHUB_ACTIONS="true") == [
        *("::group::envcheck run shop", "Started", "Section", "::endgroup::", "HandedOver"),
        *("::group::envcheck run shop: afterwards", "Note", "Note", "::endgroup::"),
    ]


def test_gitlab_folds_by_sections() -> None:
    lines = folded(GITLAB_CI="true")
    assert [line for line in lines if "section" not in line] == [
        type(event).__name__ for event in EVENTS
    ]
    marks = [line.split(":", 2) for line in lines if "section" in line]
    assert [(mark[0], mark[2]) for mark in marks][::3] == [
        (
            "\x1b[0Ksection_start",
            "envcheck_before[collapsed=true]\r\x1b[0Kenvcheck run shop",
        ),
        ("\x1b[0Ksection_end", "envcheck_after\r\x1b[0K"),
    ]


def test_elsewhere_nothing_is_folded() -> None:
    assert folded() == [""]


def test_an_error_is_never_folded_away() -> None:
    stream = io.StringIO()
    (reporter,) = folds(stream, {"GITHUB_ACTIONS": "true"})
    reporter.handle(ev.Started("run", "shop", "shop"))
    reporter.handle(ev.Failed("docker.gone", "the engine is gone", 3))
    assert stream.getvalue().splitlines()[-1] == "::endgroup::"
