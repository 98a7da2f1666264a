"""Reports that go into a file when the run is over: whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from shlex import quote
from typing import TYPE_CHECKING

from envcheck.core.errors import EnvcheckError, ExitCode, Fix, UsageError
from envcheck.core.report import Report

if TYPE_CHECKING:
    from pathlib import Path

    from envcheck.core.events import Event

Render = Callable[[Report], str]
"""Makes a report's text."""


class ReportUnwritten(EnvcheckError):
    """A report could not be written, though it seemed so before the run."""

    exit_code = ExitCode.FAILED


class FileReporter:
    """Writes a report to a file when the run is over, however it ended."""

    def __init__(self, path: Path, render: Render) -> None:
        self._path = path
        self._render = render

    def handle(self, event: Event) -> None:
        """Nothing yet: the report holds all that is to be written."""

    def finish(self, report: Report) -> None:
        """Write it.

        Raises:
            ReportUnwritten: it could not be.
        """
        text = self._render(report)
        try:
            write_whole(self._path, text)
        except OSError as error:
            what = f"the report {self._path} could not be written: {error.strerror}"
            raise ReportUnwritten(what, id="report.unwritten") from error


def refuse_unwritable(path: Path) -> None:
    """See that a file can be written, before the work of which it shall tell is done.

    Raises:
        UsageError: it cannot be.
    """
    folder = path.parent
    try:
        if not folder.is_dir():
            raise _refused(
                path, f"there is no folder {folder}", (f"mkdir -p {quote(str(folder))}",)
            )
        if path.exists() and not path.is_file():
            raise _refused(path, "there is something of that name that is no file")
        # Rights do not tell all (a read-only disk, a full one): so it is tried.
        _beside(path).touch()
        _beside(path).unlink()
    except OSError as error:
        raise _refused(path, f"nothing can be written there: {error.strerror}") from error


def _refused(path: Path, why: str, commands: tuple[str, ...] = ()) -> UsageError:
    fix = Fix("make the folder first" if commands else "name another file", commands)
    return UsageError(f"--report {path}: {why}", id="usage.report", fix=fix)


def write_whole(path: Path, text: str) -> None:
    """Write a text such that at no time a part of it stands there.

    Raises:
        OSError: it could not be written; what stood there before still does.
    """
    beside = _beside(path)
    try:
        # What no encoding can hold (a lone surrogate) must not cost the whole report.
        beside.write_bytes(text.encode("utf-8", "replace"))
        os.replace(beside, path.resolve())  # noqa: PTH105 - a link stays one: its target is replaced
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise


def _beside(path: Path) -> Path:
    """A name in the same folder, since only there a file can be put in place in one move."""
    whole = path.resolve()
    return whole.with_name(f".{whole.name}.{os.getpid()}")
