"""Figures for people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcheck.core.figures import progress, seconds, size


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (999_499, "999 kB"),
        (999_500, "1 MB"),
        (152_000_000, "152 MB"),
        (1_400_000_000, "1.4 GB"),
        (41_000_000_000, "41.0 GB"),
        (999_999_999_999, "1.0 TB"),
        (123_000_000_000_000, "123 TB"),
        (5_000_000_000_000_000, "5000 TB"),
    ],
)
def test_bytes_are_told_as_docker_tells_them(count: int, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(
    ("done", "total", "text"),
    [
        (0, 152_000_000, "  0/152 MB"),
        (38_000_000, 152_000_000, " 38/152 MB"),
        (152_000_000, 152_000_000, "152/152 MB"),
        (200_000_000, 152_000_000, "152/152 MB"),
        (100_000_000, 1_400_000_000, "0.1/1.4 GB"),
    ],
)
def test_progress_is_told_in_the_unit_of_the_whole(done: int, total: int, text: str) -> None:
    assert progress(done, total) == text


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_progress_never_changes_its_width(done: int, total: int) -> None:
    assert len(progress(done, total)) == len(progress(total, total))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.04, "0.0 s"),
        (0.4, "0.4 s"),
        (9.94, "9.9 s"),
        (12.4, "12 s"),
        (119.4, "119 s"),
        (185, "3 min 5 s"),
        (3600, "60 min 0 s"),
    ],
)
def test_seconds_are_as_exact_as_anybody_wants(value: float, text: str) -> None:
    assert seconds(value) == text
