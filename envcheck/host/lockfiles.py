"""The lockfile beside a profile: reading it, and writing it whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix, StepFailed, UsageError

if TYPE_CHECKING:
    from envcheck.core.profile import Profile

ENDING = ".lock"


def lock_path(profile: Profile) -> Path:
    """Where a profile's lockfile is or would be, named as a person here would type it."""
    return Path(profile.file).with_suffix(ENDING)


def read_lock_text(profile: Profile) -> str | None:
    """The text of a profile's lockfile, or None where it has none.

    Raises:
        UsageError: there is one that cannot be read.
    """
    path = lock_path(profile)
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text: {error}", id="lockfile.unreadable") from error
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", id="lockfile.unreadable") from error


def write_lock_text(profile: Profile, text: str) -> None:
    """Write a profile's lockfile; who reads it meanwhile reads the old one.

    Raises:
        StepFailed: it cannot be written.
    """
    path = lock_path(profile)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        beside = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            beside.chmod(_mode_of(path))
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StepFailed(
            f"{path} could not be written: {error.strerror}",
            id="lockfile.unwritable",
            fix=Fix("see that you may write in that folder, and that its disk is not full"),
        ) from error


def _mode_of(path: Path) -> int:
    """The rights that the file has, or that a new one gets here."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
