"""Which faults `doctor --fix` mends by itself: those whose commands can be run as they stand.

Each of them says one thing to the machine and loses nothing. What a person must decide (which
container to stop, which file to edit) is not here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from envcheck.core.errors import Fix

ENGINE = frozenset({"docker.not-installed", "docker.not-running", "docker.socket-dead"})
"""Mended before anything else is looked at, since all else rests on it."""

SAFE = frozenset(
    {
        "docker.context-unknown",
        "docker.socket-permission",
        "machine.inotify-low",
        "machine.ip-forwarding",
        "machine.max-map-count",
        "docker.hello-world-missing",
    }
)

DESTRUCTIVE = frozenset({"instance.folder-gone"})
"""Mended only where the fault is named; ``--yes`` alone is not enough."""


def marked(fix: Fix | None, fault: str) -> Fix | None:
    """The fix, with a mark where `doctor --fix` can carry it out."""
    if fix is None or fault not in ENGINE | SAFE:
        return fix
    return replace(fix, mendable=True)
