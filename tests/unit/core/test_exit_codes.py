"""Exit codes in words."""

from __future__ import annotations

import pytest

from envcheck.core.exit_codes import meaning


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "it ended by itself, without an error"),
        (126, "its command cannot be executed"),
        (127, "its command was not found"),
        (132, "it used an instruction that this processor does not have (SIGILL)"),
        (137, "it was killed (SIGKILL)"),
        (139, "it crashed (SIGSEGV)"),
        (143, "it was told to stop (SIGTERM)"),
    ],
)
def test_a_code_that_means_the_same_everywhere_is_told_in_words(code: int, words: str) -> None:
    assert meaning(code) == words


@pytest.mark.parametrize("code", [1, 2, 3, 64, 128, 255])
def test_a_code_that_only_the_program_knows_has_no_words(code: int) -> None:
    assert meaning(code) == ""
