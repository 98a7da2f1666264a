"""Who listens to a run: the console, the JSON document, the CI system, and the report files."""

from __future__ import annotations

import os
import platform
import sys
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.cli import ci
from envcheck.core.errors import Fix, UsageError
from envcheck.reporters.files import FileReporter, refuse_unwritable
from envcheck.reporters.made import Made

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envcheck.cli.flags import Common, Telling
    from envcheck.reporters.files import Render
    from envcheck.reporters.protocol import Reporter

ENDINGS = (".html", ".xml", ".md", ".json")
PROGRESS = ("auto", "plain", "json")


def listeners(
    common: Common, telling: Telling, *, answers: bool, lends: bool = False
) -> list[Reporter]:
    """Those who tell of a run while it goes on.

    Args:
        common: the flags that every task has.
        telling: the flags about what is told besides.
        answers: whether stdout is for the task's answer alone.
        lends: whether it is for the output of a command alone.
    """
    from envcheck.reporters.console import console_reporter

    found: list[Reporter] = []
    aside = common.json or answers or lends
    stream = sys.stderr if aside else sys.stdout
    if telling.ci and telling.progress != "json":
        found += ci.folds(stream, os.environ)
    if common.json:
        from envcheck.reporters.json_document import JsonReporter

        found.append(JsonReporter(sys.stdout))
    if telling.progress == "json":
        from envcheck.reporters.json_lines import JsonLinesReporter

        found.append(JsonLinesReporter(sys.stderr))
    else:
        found.append(
            console_reporter(
                stream,
                environ=os.environ,
                quiet=common.quiet or answers,
                program=program_name(),
                timings=telling.timings,
                plain=telling.progress == "plain",
            )
        )
    # Lines of JSON have stderr to themselves.
    if os.environ.get("GITHUB_ACTIONS") == "true" and telling.progress != "json":
        from envcheck.reporters.github import GithubReporter

        # Not on stdout, which may hold a document; the runner reads its commands from both.
        found.append(GithubReporter(sys.stderr, os.environ, made()))
    return found


def refuse_unknown_progress(progress: str) -> None:
    """See that progress can be told so.

    Raises:
        UsageError: there is no such way.
    """
    if progress not in PROGRESS:
        said = f"--progress {progress}: there is no such way of telling"
        fix = Fix(f"choose one of {', '.join(PROGRESS)}")
        raise UsageError(said, id="usage.progress", fix=fix)


def report_files(files: Sequence[str]) -> list[Reporter]:
    """Those who write a report when the run is over, for each file by its ending.

    Raises:
        UsageError: a file's ending says no format, or it could not be written.
    """
    found: list[Reporter] = []
    for file in files:
        path = Path(file)
        render = _render(path)
        refuse_unwritable(path)
        found.append(FileReporter(path, render))
    return found


def _render(path: Path) -> Render:
    match path.suffix.lower():
        case ".html":
            from envcheck.reporters import html

            return partial(html.page, made=made())
        case ".xml":
            from envcheck.reporters import junit

            return partial(junit.document, made=made())
        case ".md":
            from envcheck.reporters import markdown

            return partial(markdown.document, program=program_name())
        case ".json":
            from envcheck.reporters import json_document

            return json_document.document
        case ending:
            said = (
                f"there is no report of the kind {ending}" if ending else "its name has no ending"
            )
            raise UsageError(
                f"--report {path}: {said}",
                id="usage.report",
                fix=Fix("end the file's name in .html (a page), .xml (JUnit), .md or .json"),
            )


def made() -> Made:
    """The circumstances of a report that is made by this process, for a run that begins now."""
    return Made(datetime.now(timezone.utc).astimezone(), platform.node(), program_name())


def program_name() -> str:
    """How envcheck was called, for the commands in its advice."""
    called = Path(sys.argv[0]).name
    return "./inv" if called == "__main__.py" else called
