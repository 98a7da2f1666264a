"""Ranges of versions as npm reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcheck.core.npm_range import allows, read_range, read_version

VERSIONS = ("14.17.0", "16.0.0", "18.2.5", "18.19.0", "20.1.0", "20.9.0", "22.0.0", "24.21.0")


@pytest.mark.parametrize(
    ("range", "admitted"),
    [
        ("^18 || >=20", VERSIONS[2:]),
        (">= 18", VERSIONS[2:]),
        ("18.x", VERSIONS[2:4]),
        ("18", VERSIONS[2:4]),
        ("v18", VERSIONS[2:4]),
        ("~18.2", ("18.2.5",)),
        ("18 - 20", VERSIONS[2:6]),
        ("18.2.5 - 20.1", VERSIONS[2:5]),
        (">=18 <21", VERSIONS[2:6]),
        (">=18.0.0 <19 || ^20.1", VERSIONS[2:6]),
        (">18", VERSIONS[4:]),
        ("<=18", VERSIONS[:4]),
        ("=20", VERSIONS[4:6]),
        ("^20.9.0||>=21.1.0", VERSIONS[5:]),
        ("^18.0.0-beta.1", VERSIONS[2:4]),
        ("*", VERSIONS),
        ("x", VERSIONS),
        ("", VERSIONS),
        (">=24 <18", ()),
    ],
)
def test_a_range_admits(range: str, admitted: tuple[str, ...]) -> None:
    spans = read_range(range)
    assert tuple(v for v in VERSIONS if allows(spans, read_version(v))) == admitted


@pytest.mark.parametrize("text", ["lts/*", "latest", "18 19 nineteen", ">>18", "1.2.3.4", "- 18"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a range"):
        read_range(text)


def test_a_caret_holds_the_first_number_that_is_not_zero() -> None:
    assert allows(read_range("^0.2.3"), (0, 2, 9))
    assert not allows(read_range("^0.2.3"), (0, 3, 0))
    assert not allows(read_range("^0.0.3"), (0, 0, 4))
    assert allows(read_range("^0.x"), (0, 9, 0))


def test_a_version_that_is_cut_short_stands_for_all_that_begin_so() -> None:
    assert allows(read_range(">=24.5"), read_version("24"))
    assert not allows(read_range(">=25"), read_version("24"))


NUMBERS = st.tuples(*[st.integers(0, 30)] * 3)


@given(NUMBERS, NUMBERS)
def test_comparing_agrees_with_the_order_of_the_numbers(
    low: tuple[int, int, int], version: tuple[int, int, int]
) -> None:
    text = ".".join(map(str, low))
    assert allows(read_range(f">={text}"), version) == (version >= low)
    assert allows(read_range(f"<{text}"), version) == (version < low)
    assert allows(read_range(text), version) == (version == low)
