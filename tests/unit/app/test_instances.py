"""Which instance a task is about: the flag, the variable, or the profile's own name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from envcheck.app.instances import by_name, instance_of
from envcheck.app.session import Session
from envcheck.core.errors import UsageError
from envcheck.core.instances import VARIABLE
from envcheck.host.checkout import checkout_of
from envcheck.reporters.calling import call

if TYPE_CHECKING:
    from pathlib import Path


def said(flag: str, variable: str = "", root: str = "/nowhere/tree/profiles") -> str:
    """The instance of the shop where this was said."""
    session = Session(lambda _event: None, instance=flag, environ={VARIABLE: variable})
    return instance_of(session, "shop", root)


def test_the_flag_wins_over_the_variable_over_the_profiles_name() -> None:
    assert said("one", "two") == "one"
    assert said("", "two") == "two"
    assert said("") == "shop"


@pytest.mark.parametrize("words", [("auto",), ("", "auto"), ("auto", "two")])
def test_auto_is_made_from_the_checkout(words: tuple[str, ...]) -> None:
    assert re.fullmatch("shop-tree-[0-9a-f]{8}", said(*words))


def test_two_ways_to_one_folder_mean_one_instance(tmp_path: Path) -> None:
    (tmp_path / "tree" / "profiles").mkdir(parents=True)
    (tmp_path / "other").symlink_to("tree")
    roots = (str(tmp_path / name / "profiles") for name in ("tree", "other"))
    assert len({said("auto", root=root) for root in roots}) == 1


def test_a_worktree_is_a_checkout(tmp_path: Path) -> None:
    deep = tmp_path / "tree" / "services" / "api" / "profiles"
    deep.mkdir(parents=True)
    assert checkout_of(str(deep)) == deep.parent
    (tmp_path / "tree" / ".git").write_text("gitdir: elsewhere\n")
    assert checkout_of(str(deep)) == tmp_path / "tree"
    assert checkout_of(str(tmp_path)) == tmp_path


@pytest.mark.parametrize("words", [("a/b",), ("", "a/b")])
def test_what_can_be_no_name_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="a/b"):
        said(*words)


def test_only_a_flag_names_an_instance_where_no_profile_is_meant() -> None:
    for flag, name in (("one", "one"), ("auto", ""), ("", "")):
        session = Session(lambda _event: None, instance=flag, environ={VARIABLE: "two"})
        assert by_name(session) == name


def test_advice_names_the_instance_where_it_would_be_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert call("envcheck", "up", "shop", "shop") == "envcheck up shop"
    monkeypatch.setenv(VARIABLE, "auto")
    assert call("envcheck", "up", "shop", "shop") == "envcheck up shop --instance shop"
