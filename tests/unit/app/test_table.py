"""The table of checks: names are unique, needs come first, and a pattern brings what it needs."""

from __future__ import annotations

import pytest

from envcheck.app.checks.table import all_checks, chosen
from envcheck.core.errors import UsageError

CHECKS = all_checks(None)


def test_ids_and_titles_are_unique() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    assert len({check.title for check in CHECKS}) == len(CHECKS)


def test_whatever_a_check_needs_stands_before_it() -> None:
    seen: set[str] = set()
    for check in CHECKS:
        assert set(check.needs) <= seen
        seen.add(check.id)


def test_a_chosen_check_brings_what_it_needs_and_nothing_else() -> None:
    names = [check.id for check in chosen(CHECKS, "docker.named-volume")]
    assert names == ["docker.engine", "docker.hello-world", "docker.named-volume"]


def test_a_pattern_chooses_many() -> None:
    names = {check.id for check in chosen(CHECKS, "machine.*")}
    assert {"machine.disk", "machine.memory", "docker.engine"} <= names
    assert "docker.hello-world" not in names


def test_a_name_that_fits_nothing_lists_what_there_is() -> None:
    with pytest.raises(UsageError, match=r"docker\.engine"):
        chosen(CHECKS, "nosuch")
