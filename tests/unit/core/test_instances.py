"""What an instance is called."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcheck.core.errors import UsageError
from envcheck.core.instances import LONGEST, automatic, refuse_unfit

PROFILES = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,39}", fullmatch=True)


def test_it_is_readable_and_ends_in_what_tells_it_apart() -> None:
    assert re.fullmatch("webapp-my-tree-[0-9a-f]{8}", automatic("webapp", "My Tree!", "/a"))
    assert re.fullmatch("webapp-[0-9a-f]{8}", automatic("webapp", "webapp", "/a"))
    assert re.fullmatch("webapp-[0-9a-f]{8}", automatic("webapp", "…", "/a"))


@given(PROFILES, st.text(), st.text())
def test_it_can_be_the_name_of_everything_and_is_always_the_same(
    profile: str, folder: str, root: str
) -> None:
    name = automatic(profile, folder, root)
    refuse_unfit(name, "auto")
    assert name == automatic(profile, folder, root)
    assert name != automatic(profile, folder, f"{root}x")


@pytest.mark.parametrize("name", ["a", "0", "CI_4.2-x", "x" * LONGEST])
def test_what_docker_takes_is_taken(name: str) -> None:
    refuse_unfit(name, "--instance")


@pytest.mark.parametrize("name", ["", "-a", ".a", "a b", "a/b", "ä", "a\n", "x" * (LONGEST + 1)])
def test_what_docker_does_not_take_is_refused_with_what_would_do(name: str) -> None:
    with pytest.raises(UsageError, match="can be no instance's name") as caught:
        refuse_unfit(name, "ENVCHECK_INSTANCE")
    assert caught.value.fix is not None
    assert "auto" in caught.value.fix.text
