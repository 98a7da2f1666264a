"""--ci: what a task tells and writes in a job of a CI system, whichever that is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from envcheck.core.errors import Fix, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.cli.flags import Common, Telling
    from envcheck.reporters.protocol import Reporter

FOLDER = "envcheck-reports"
"""Where the reports go, for the job to keep. Workflows name it."""

_REPORTS = tuple(f"{FOLDER}/envcheck-report.{ending}" for ending in ("html", "xml", "md", "json"))


def for_ci(common: Common, telling: Telling) -> tuple[Common, Telling]:
    """The flags that --ci stands for, besides those that were given."""
    progress = "plain" if telling.progress == "auto" else telling.progress
    reports = (*(telling.report or ()), *_REPORTS)
    return replace(common, yes=True), replace(telling, report=reports, progress=progress)


def make_folder() -> None:
    """Make the folder for the reports.

    Raises:
        UsageError: it cannot be made.
    """
    try:
        Path(FOLDER).mkdir(exist_ok=True)
    except OSError as error:
        what = f"the folder {FOLDER} for the reports cannot be made: {error.strerror}"
        fix = Fix("run it where a folder can be made")
        raise UsageError(what, id="usage.report", fix=fix) from error


def folds(stream: TextIO, environ: Mapping[str, str]) -> list[Reporter]:
    """Who folds our own lines away in the log of this CI system, where it can fold any."""
    from envcheck.reporters import folds as known

    if environ.get("GITHUB_ACTIONS") == "true":
        return [known.FoldReporter(stream, known.GITHUB)]
    if environ.get("GITLAB_CI") == "true":
        return [known.FoldReporter(stream, known.GITLAB)]
    return []
