"""PROFILE may be left out: how many words the command line has for bare words."""

from __future__ import annotations

import pytest

from envcheck.cli.positional import count_words

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
    assert bool(count_words(line.split(), "up", FLAGS)) is there


def test_a_flags_value_is_no_profile_whatever_it_looks_like() -> None:
    line = ["clean", "--only", "web", "--instance", "webapp"]
    assert count_words(line, "clean", FLAGS) == 0
    assert count_words([*line, "webapp"], "clean", FLAGS) == 1


def test_bare_words_are_counted_wherever_they_stand() -> None:
    line = ["bundle", "save", "-o", "file", "webapp", "--yes"]
    assert count_words(line, "bundle", {"--output", "-o"}) == 2
