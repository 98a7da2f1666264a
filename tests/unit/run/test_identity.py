"""Is the server that answered the one that the profile pins?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcheck.core.reference import Reference, parse_reference
from envcheck.run.identity import judge_version


@pytest.mark.parametrize(
    ("pin", "version", "status"),
    [
        ("postgres:17.11", "17.11", "pass"),
        ("postgres:17", "17.11", "pass"),
        ("postgres:17.11-bookworm", "17.11", "pass"),
        ("node:24.21.0", "24.21.0", "pass"),
        ("node:24", "v24.21.0", "pass"),
        ("redis:8.0.2", "8.0.2-rc1", "pass"),
        ("postgres:17.11", "17.12", "warn"),
        ("redis:8.0.2", "8.0", "warn"),
        ("redis:8.0.20", "8.0.2", "warn"),
        ("postgres:17.1", "17.11", "warn"),
        ("postgres:17.11", "16.9", "fail"),
        ("postgres:17", "18.0", "fail"),
        ("postgres:1", "17.11", "fail"),
    ],
)
def test_the_servers_version_is_compared_with_the_pins(pin: str, version: str, status: str) -> None:
    verdict = judge_version("db", "PostgreSQL", parse_reference(pin), version)
    assert verdict is not None
    assert verdict.status == status
    assert verdict.id == "service.db.version"
    assert f"PostgreSQL {version}" in verdict.summary
    if status != "pass":
        assert verdict.fix is not None
        assert f"pin {version}" in verdict.fix.text
    else:
        assert verdict.fix is None


@pytest.mark.parametrize(
    ("pin", "version"),
    [
        (None, "17.11"),
        (parse_reference("postgres:alpine"), "17.11"),
        (Reference("postgres", "", f"sha256:{'0' * 64}"), "17.11"),
        (parse_reference("postgres:17.11"), ""),
    ],
)
def test_where_either_is_unknown_there_is_no_verdict(pin: Reference | None, version: str) -> None:
    assert judge_version("db", "PostgreSQL", pin, version) is None


numbers = st.lists(st.integers(0, 99), min_size=1, max_size=4)


@given(numbers, numbers)
def test_a_version_passes_exactly_where_it_refines_the_pin(
    pinned: list[int], version: list[int]
) -> None:
    pin = Reference("x", ".".join(map(str, pinned)))
    verdict = judge_version("s", "X", pin, ".".join(map(str, version)))
    assert verdict is not None
    assert (verdict.status == "pass") == (version[: len(pinned)] == pinned)
