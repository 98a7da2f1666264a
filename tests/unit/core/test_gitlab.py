"""GitLab's dotenv report: what it can hold, and what is refused in plain words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envcheck.app.connect import FORMATS, formatted
from envcheck.core.errors import UsageError
from envcheck.core.gitlab import dotenv
from tests.effort import few

FOUND = {
    "DATABASE_URL": "postgresql://app:s3cret@127.0.0.1:5432/app",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}


def parsed(text: str) -> dict[str, str]:
    """As GitLab reads it: each line split at its first ``=``, both halves stripped."""
    pairs = (re.fullmatch(r"(.*?)=(.*)", line) for line in text.split("\n"))
    return {pair[1].strip(): pair[2].strip() for pair in pairs if pair}


def test_a_line_each_with_nothing_quoted() -> None:
    assert dotenv(FOUND).splitlines() == [
        "DATABASE_URL=postgresql://app:s3cret@127.0.0.1:5432/app",
        "REDIS_URL=redis://127.0.0.1:6379/0",
    ]
    assert formatted(FOUND, "gitlab") == dotenv(FOUND)
    assert "gitlab" in FORMATS


@settings(max_examples=few(15), deadline=None)
@given(st.dictionaries(st.from_regex(r"[A-Za-z_]\w{0,9}", fullmatch=True), st.text(), max_size=6))
def test_it_is_read_back_as_it_was_or_refused(variables: dict[str, str]) -> None:
    try:
        text = dotenv(variables)
    except UsageError:
        return
    assert parsed(text) == variables


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("A", "", "its value is empty"),
        ("A", "one\ntwo", "its value has more than one line"),
        ("A", "one\rtwo", "its value has more than one line"),
        ("A", "one two", "its value has a space in it"),
        ("A-B", "x", "its name has other signs than letters, digits and _"),
        ("Ä", "x", "its name has other signs than letters, digits and _"),
    ],
)
def test_what_it_cannot_hold_is_refused_without_telling_the_value(
    name: str, value: str, why: str
) -> None:
    with pytest.raises(UsageError) as refused:
        dotenv({**FOUND, name: value})
    assert refused.value.what == f"{name} cannot stand in a GitLab dotenv report: {why}"
    assert "s3cret" not in refused.value.what


def test_its_limits_are_kept() -> None:
    with pytest.raises(UsageError, match="5120 bytes at most"):
        dotenv({"A": "x" * 5120})
    with pytest.raises(UsageError, match="150 variables at most"):
        dotenv({f"A{number}": "x" for number in range(151)})
    assert dotenv({f"A{number}": "x" for number in range(150)})
