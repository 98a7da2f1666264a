"""GitHub Actions: annotations on the profile's own lines, and a summary of the step.

Annotations are workflow commands (docs.github.com, "Workflow commands for GitHub Actions"), which
the runner reads from what a step prints. The summary goes into the file that the runner names.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from envcheck.reporters import markdown
from envcheck.reporters.outside import Outside
from envcheck.reporters.telling import about, of_failure, of_fix, of_result

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from envcheck.core.errors import Problem
    from envcheck.core.events import Event, Failed, Result, ServiceFailed
    from envcheck.core.profile import Place
    from envcheck.core.report import Report
    from envcheck.reporters.made import Made

_LEVELS = {"fail": "error", "error": "error", "warn": "warning"}
_MOST = 1024 * 1024  # bytes that a step's summary may have


class GithubReporter:
    """Tells the runner how a run ended, when it is over.

    Args:
        stream: what the runner reads, and nobody else needs to parse.
        environ: GITHUB_STEP_SUMMARY and GITHUB_WORKSPACE are looked at.
        made: by what the report is made.
    """

    def __init__(self, stream: TextIO, environ: Mapping[str, str], made: Made) -> None:
        self._stream = stream
        self._summary = environ.get("GITHUB_STEP_SUMMARY", "")
        self._workspace = environ.get("GITHUB_WORKSPACE", "")
        self._made = made

    def handle(self, event: Event) -> None:
        """Nothing yet: an annotation cannot be taken back."""

    def finish(self, report: Report) -> None:
        """Write the annotations, and add to the summary."""
        shown = Outside().report(report)
        for line in commands(shown, self._made.program, self._workspace):
            self._stream.write(f"{line}\n")
        self._stream.flush()
        blocks = markdown.summary(shown, self._made.program)
        if self._summary and blocks:
            _append(Path(self._summary), blocks)


def _append(path: Path, blocks: Sequence[str]) -> None:
    """Add to the summary, which other programs of the step may share.

    The runner takes nothing of a summary that is too large, so the last blocks may have to go.
    """
    room = _MOST - (path.stat().st_size if path.exists() else 0)
    with path.open("ab") as file:
        for block in blocks:
            data = f"{block}\n\n".encode("utf-8", "replace")
            room -= len(data)
            if room < 0:
                return
            file.write(data)


def commands(report: Report, program: str, workspace: str = "") -> list[str]:
    """A workflow command for everything that is wrong, each problem of the profile on its line."""
    return [*_Annotations(report, program, workspace).all()]


class _Annotations:
    def __init__(self, report: Report, program: str, workspace: str) -> None:
        self._report = report
        self._program = program
        self._workspace = workspace
        self._places = report.source.places if report.source else {}

    def all(self) -> Iterator[str]:
        failures = self._report.failures
        yield from map(self._failure, failures)
        for result in self._report.results:
            told = any(about(failure, result) for failure in failures)
            if result.status in _LEVELS and not told:
                yield self._result(result)
        if self._report.error is not None:
            yield from self._error(self._report.error)

    def _failure(self, failure: ServiceFailed) -> str:
        text = "\n".join(of_failure(failure, self._program))
        title = f"{failure.service} failed ({failure.id})"
        return self._command("error", self._places.get(failure.service), title, text)

    def _result(self, result: Result) -> str:
        lines = [result.summary, *of_result(result, self._program)]
        title = f"{result.title} ({result.fault or result.id})"
        place = self._places.get(_service_of(result))
        return self._command(_LEVELS[result.status], place, title, "\n".join(lines))

    def _error(self, error: Failed) -> Iterator[str]:
        if error.problems:
            yield from map(self._problem, error.problems)
            return
        if error.id in {result.fault for result in self._report.results}:
            return  # the verdict has told it
        lines = [error.what, *error.evidence, *of_fix(error.fix, self._program)]
        command = self._report.command or "envcheck"
        yield self._command("error", None, f"{command} ({error.id})", "\n".join(lines))

    def _problem(self, problem: Problem) -> str:
        hint = f" ({problem.hint})" if problem.hint else ""
        text = f"{problem.message}{hint}"
        return self._command("error", problem, "a mistake in the profile", text)

    def _command(self, level: str, place: Place | Problem | None, title: str, text: str) -> str:
        about = {"title": title}
        if place is not None:
            where = {"line": str(place.line), "col": str(place.column)}
            about = {"file": _seen_from(self._workspace, place.file), **where, **about}
        properties = ",".join(f"{name}={_property(value)}" for name, value in about.items())
        return f"::{level} {properties}::{_data(text)}"


def _service_of(result: Result) -> str:
    """The service that a verdict is about: ``db`` of ``service.db.version``."""
    group, _, rest = result.id.partition(".")
    return rest.rpartition(".")[0] if group == "service" else ""


def _seen_from(workspace: str, file: str) -> str:
    """The file as the repository calls it, where it is in there."""
    if not workspace:
        return file
    path = os.path.relpath(Path(file).absolute(), workspace)
    return file if path.startswith(os.pardir) else path


def _data(text: str) -> str:
    """A command's text: a line break would end it (actions/toolkit, core/src/command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
