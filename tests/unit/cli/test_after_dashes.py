"""The words after two dashes stay as they were given."""

from __future__ import annotations

import pytest

from envcheck.cli.after_dashes import after_dashes


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["run", "webapp", "--", "sh", "-c", 'echo "$X"  y'], ("sh", "-c", 'echo "$X"  y')),
        (["run", "--", "a", "--", "b", ""], ("a", "--", "b", "")),
        (["run", "webapp", "--"], ()),
        (["run", "webapp"], ()),
    ],
)
def test_words(line: list[str], words: tuple[str, ...]) -> None:
    assert after_dashes(line) == words
