"""Laying out lines, and what text from outside is turned into before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcheck.core import figures
from envcheck.reporters.calling import unbroken
from envcheck.reporters.console import lines
from envcheck.reporters.console.lines import Span, line
from envcheck.reporters.outside import Outside


@given(st.text(), st.integers(10, 100))
def test_wrapped_text_fits_and_loses_nothing(text: str, width: int) -> None:
    rows = lines.wrap(text, width)
    assert all(lines.cells(row) <= width for row in rows)
    assert "".join("".join(rows).split()) == "".join(text.split())


@given(st.text(), st.integers(5, 100))
def test_clipped_text_fits_and_says_that_it_went_on(text: str, width: int) -> None:
    clipped = lines.clip(text, width, "…")
    assert lines.cells(clipped) <= width
    assert clipped == text or clipped.endswith("…")


def test_wide_and_combining_characters_take_their_real_room() -> None:
    assert lines.cells("数据库") == 6
    assert lines.cells("é") == 1
    assert lines.clip("数据库", 5, "…") == "数据…"


def test_a_tied_command_is_not_broken() -> None:
    text = f"fix it and run {unbroken('./inv up webapp')} again"
    assert lines.wrap(text, 25) == ["fix it and run", "./inv up webapp again"]


def test_a_note_at_the_right_gets_a_line_of_its_own_where_there_is_no_room() -> None:
    assert lines.at_right([line("a" * 10)], "id", 20)[0][-1] == Span("id", "grey")
    assert len(lines.at_right([line("a" * 16)], "id", 20)) == 2


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;http://evil\x07link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;a title that never ends", ""),
        ("\x1b(Btext\x1b7", "text"),
        ("\x9b2Jgone", "gone"),
        ("bell\x07 and back\x08space", "bell and backspace"),
        ("10%\r55%\r100%", "100%"),
        ("windows\r\nline", "windows\nline"),
        ("a\tb", "a   b"),
        ("[bold]not markup[/bold] :smile:", "[bold]not markup[/bold] :smile:"),
        ("safe\u202etxt.exe", "safetxt.exe"),
        ("zero\u200bwidth", "zerowidth"),
        ("no\xa0break", "no break"),
        ("lone\ud800surrogate", "lonesurrogate"),
        ("postgresql://app:s3cret@db/app", "postgresql://app:•••@db/app"),
    ],
)
def test_text_from_outside_is_made_harmless(raw: str, shown: str) -> None:
    assert Outside().text(raw) == shown


def test_what_an_encoding_cannot_show_is_replaced() -> None:
    assert Outside("ascii").text("“a” \u2013 ✓ … •••, naïve 数") == '"a" - + ... ***, na?ve ?'
    assert Outside("latin-1").text("naïve …") == "naïve ..."


@pytest.mark.parametrize(
    ("done", "total", "text"),
    [
        (38_000_000, 152_000_000, " 38/152 MB"),
        (152_000_000, 152_000_000, "152/152 MB"),
        (300_000_000, 1_400_000_000, "0.3/1.4 GB"),
        (9, 5, "5/5 B"),
        (0, 12_000, " 0/12 kB"),
    ],
)
def test_progress_is_told_in_the_unit_of_the_whole(done: int, total: int, text: str) -> None:
    assert figures.progress(done, total) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (152_000_000, "152 MB"), (999_999_999, "1.0 GB")],
)
def test_sizes_as_docker_prints_them(count: int, text: str) -> None:
    assert figures.size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.00 s"), (0.0449, "0.04 s"), (9.994, "9.99 s"), (9.996, "10.0 s"), (185, "3 min 5 s")],
)
def test_durations_to_compare_are_told_more_exactly(seconds: float, text: str) -> None:
    assert figures.exactly(seconds) == text
