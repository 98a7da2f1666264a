"""The known name that a person most likely meant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_ALIKE = 0.6  # difflib's own default: one slip in a short word still counts
_LONGEST = 80  # characters; comparing takes quadratic time, and no known name is as long


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like this one, or nothing where none is alike."""
    found = get_close_matches(name[:_LONGEST].lower(), sorted(known), n=1, cutoff=_ALIKE)
    return found[0] if found else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known name, or nothing."""
    found = nearest(name, known)
    return f"did you mean '{found}'?" if found else ""
