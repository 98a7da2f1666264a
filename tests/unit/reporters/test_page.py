"""How output is written follows from what the stream can do and what the environment asks for."""

from __future__ import annotations

import subprocess
import sys
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from envcheck.reporters.console import console_reporter
from envcheck.reporters.console.live import LiveReporter
from envcheck.reporters.console.page import ASCII, UNICODE, columns, fitted, medium
from envcheck.reporters.console.plain import PlainReporter, QuietReporter
from tests.unit.reporters.recorded import ONBOARD, UP_FAILED, Run
from tests.unit.reporters.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

XTERM = {"TERM": "xterm-256color"}


class Latin(StringIO):
    """A stream that cannot show our glyphs."""

    encoding = "latin-1"


@pytest.mark.parametrize(
    ("environ", "live", "colour"),
    [
        (XTERM, True, True),
        ({}, True, True),
        ({**XTERM, "NO_COLOR": "1"}, True, False),
        ({**XTERM, "NO_COLOR": ""}, True, True),
        ({**XTERM, "NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, False, False),
    ],
)
def test_a_terminal(environ: Mapping[str, str], *, live: bool, colour: bool) -> None:
    able = medium(Terminal(80), environ)
    assert (able.live, able.colour) == (live, colour)


@pytest.mark.parametrize(
    ("environ", "colour"),
    [({}, False), (XTERM, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "0"}, False)],
)
def test_a_pipe(environ: Mapping[str, str], *, colour: bool) -> None:
    able = medium(StringIO(), environ)
    assert (able.live, able.colour) == (False, colour)


@pytest.mark.parametrize(
    ("environ", "ascii_only"),
    [
        ({}, False),
        ({"LANG": "en_GB.UTF-8"}, False),
        ({"LANG": "C"}, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),  # as Python leaves it behind
        ({"LANG": "C", "LC_CTYPE": "de_DE.UTF-8"}, False),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "POSIX"}, True),
        ({"LANG": "C.UTF-8"}, False),
    ],
)
def test_the_locale(environ: Mapping[str, str], *, ascii_only: bool) -> None:
    assert medium(Terminal(80), environ).glyphs == (ASCII if ascii_only else UNICODE)


def test_the_stream_has_the_last_word_on_glyphs() -> None:
    assert medium(Latin(), {"LANG": "en_GB.UTF-8"}).glyphs == ASCII


def test_the_factory_chooses() -> None:
    assert isinstance(console_reporter(Terminal(80), environ=XTERM), LiveReporter)
    assert isinstance(console_reporter(StringIO(), environ=XTERM), PlainReporter)
    assert isinstance(console_reporter(Terminal(80), environ=XTERM, quiet=True), QuietReporter)


@pytest.mark.parametrize(("told", "width"), [("60", 60), ("", 100), ("x", 100), ("0", 100)])
def test_without_a_terminal_columns_may_be_told(told: str, width: int) -> None:
    assert columns(StringIO(), {"COLUMNS": told}) == width


@pytest.mark.parametrize(("columns", "width"), [(10, 40), (60, 60), (100, 100), (250, 100)])
def test_lines_are_never_laid_out_too_narrow_or_too_wide(columns: int, width: int) -> None:
    assert fitted(columns) == width


def quiet(run: Run) -> str:
    stream = StringIO()
    reporter = console_reporter(stream, environ={}, quiet=True, program="envcheck")
    for event in run.events:
        reporter.handle(event)
    reporter.finish(run.report)
    return stream.getvalue()


def test_quiet_says_nothing_where_all_is_well() -> None:
    assert quiet(ONBOARD) == ""


def test_quiet_still_says_what_is_wrong_and_how_it_ended() -> None:
    text = quiet(UP_FAILED)
    assert "db: the data in volume webapp_db-data was made by PostgreSQL 15" in text
    assert "this loses data" in text
    assert "envcheck down webapp removes it." in " ".join(text.split())
    assert text.endswith("Next: docker logs webapp-db, then envcheck up webapp\n")
    assert "cache" not in text


def test_rich_is_read_only_for_live_output() -> None:
    code = (
        "import io, sys\n"
        "from envcheck.reporters.console import console_reporter\n"
        "console_reporter(io.StringIO(), environ={})\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'rich'])\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
