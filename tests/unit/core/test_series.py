"""Which tags are newer versions of the same series."""

from __future__ import annotations

import pytest

from envcheck.core.series import Newer, newer

TAGS = (
    *("16.9", "17", "17.9", "17.10", "17.11", "17.12", "17.13", "18.1", "18", "latest"),
    *("17.12-alpine", "17.13-alpine3.22", "18beta1", "18.2-rc1", "17.14rc2", "bookworm"),
)


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("17.11", Newer(("17.12", "17.13"), "18.1")),  # by number, not by letter: 17.9 is older
        ("17.13", Newer((), "18.1")),
        ("18.1", Newer()),
        ("17", Newer((), "18")),
        ("17.11-alpine", Newer(("17.12-alpine",))),
        ("17.1", Newer(("17.9", "17.10", "17.11", "17.12", "17.13"), "18.1")),
        ("19.0", Newer()),
        ("latest", None),
        ("bookworm", None),
        ("18beta1", None),
        ("18.2-rc1", None),
    ],
)
def test_newer_tags_are_of_the_same_first_number_and_variant(tag: str, found: Newer) -> None:
    assert newer(tag, TAGS) == found


def test_a_leading_v_is_part_of_the_kind() -> None:
    assert newer("v1.2", ("v1.3", "1.4", "v2.0")) == Newer(("v1.3",), "v2.0")
