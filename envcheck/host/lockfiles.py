"""The lockfile beside a profile: reading it, and writing it whole or not at all."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.core.errors import UsageError
from envcheck.host.large_files import unwritable

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from envcheck.core.profile import Profile

ENDING = ".lock"
_NAME = re.compile(r"^name:[ \t]*[\"']?([\w-]+)", re.MULTILINE)


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


def locks_in(root: str, but_of: Set[str]) -> Iterator[tuple[str, str]]:
    """Name and text of each lockfile in a folder, those of some profiles left out.

    One that cannot be opened is passed over: what it says cannot be known.

    Args:
        root: the folder.
        but_of: the profiles' names.
    """
    for path in sorted(Path(root).glob(f"*{ENDING}")):
        if path.stem in but_of or _profile_of(path) in but_of:
            continue
        with suppress(OSError):
            yield str(path), path.read_text(encoding="utf-8", errors="replace")


def _profile_of(lock: Path) -> str:
    """The name that the profile beside a lockfile gives itself, or nothing."""
    for ending in (".yaml", ".yml"):
        with suppress(OSError):
            text = lock.with_suffix(ending).read_text(encoding="utf-8", errors="replace")
            found = _NAME.search(text)
            return found.group(1) if found else ""
    return ""


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
        raise unwritable(path, error, "lockfile.unwritable") from error


def _mode_of(path: Path) -> int:
    """The rights that the file has, or that a new one gets here."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
