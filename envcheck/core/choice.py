"""One of a few words that a flag may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from envcheck.core.errors import Fix, UsageError
from envcheck.core.nearest import did_you_mean
from envcheck.core.parsing.wording import listing

if TYPE_CHECKING:
    from collections.abc import Sequence

W = TypeVar("W", bound=str)


def one_of(flag: str, word: str, words: Sequence[W]) -> W:
    """The one of the words that is said.

    Raises:
        UsageError: it is none of them.
    """
    for each in words:
        if word == each:
            return each
    hint = did_you_mean(word, words)
    said = f"{flag} is {listing(words)}, not '{word}'"
    raise UsageError(said, fix=Fix(hint) if hint else None)
