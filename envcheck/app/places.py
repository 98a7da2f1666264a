"""Where things are kept for this user, whichever engine they concern."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LEDGER = "ledger.sqlite3"
"""The name of a ledger in the folder of its engine."""


def state_folder(environ: Mapping[str, str]) -> Path:
    """Where this user's programs keep what they must remember (XDG Base Directory)."""
    home = environ.get("XDG_STATE_HOME")
    return Path(home or Path.home() / ".local" / "state") / "envcheck"


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where this user's programs keep what they can find out again (XDG Base Directory)."""
    home = environ.get("XDG_CACHE_HOME")
    return Path(home or Path.home() / ".cache") / "envcheck"


def ledgers(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The ledgers of all engines that there are."""
    return tuple(sorted((state_folder(environ) / "engines").glob(f"*/{LEDGER}")))
