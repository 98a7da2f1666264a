"""The words after ``--``: another program's, so they are taken as they were given.

Invoke joins them with spaces, and what was one word is one no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def after_dashes(line: Sequence[str]) -> tuple[str, ...]:
    """What follows the first ``--`` of a command line, where Invoke stops reading, or nothing."""
    return tuple(line[line.index("--") + 1 :]) if "--" in line else ()
