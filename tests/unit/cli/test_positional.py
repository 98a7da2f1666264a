"""PROFILE may be left out: whether the command line has a word for it."""

from __future__ import annotations

import pytest

from envcheck.cli.positional import has_word

FLAGS = {"--instance", "--only", "--format"}


@pytest.mark.parametrize(
    ("line", "there"),
    [
        ("up webapp", True),
        ("up --yes webapp", True),
        ("up webapp --yes", True),
        ("up --instance two webapp", True),
        ("up --instance=two webapp", True),
        ("--debug up webapp", True),
        ("up ./profiles/webapp.yaml", True),
        ("up up", True),
        ("up", False),
        ("up --yes", False),
        ("up --instance two", False),
        ("up --instance=two", False),
        ("up --instance", False),
        ("up --yes --instance two --json", False),
        ("up -- webapp", False),
        ("up --yes -- webapp", False),
        ("", False),
        ("down webapp", False),
        ("upper webapp", False),
    ],
)
def test_a_bare_word_after_the_task_is_the_profile(line: str, *, there: bool) -> None:
    assert has_word(line.split(), "up", FLAGS) is there


def test_a_flags_value_is_no_profile_whatever_it_looks_like() -> None:
    line = ["clean", "--only", "web", "--instance", "webapp"]
    assert not has_word(line, "clean", FLAGS)
    assert has_word([*line, "webapp"], "clean", FLAGS)
