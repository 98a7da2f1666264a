"""Asking the person at the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def ask(lines: Sequence[str], question: str) -> bool:
    """Show some lines and ask; anything but a yes is a no.

    On stderr, since stdout may be somebody's input.
    """
    for line in lines:
        sys.stderr.write(f"    {line}\n")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
