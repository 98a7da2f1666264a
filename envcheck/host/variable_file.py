"""Files with variables on this machine's disk: looked at, written whole, and taken away again."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Literal

from envcheck.core.variable_file import Mark, mark_of
from envcheck.host.large_files import unwritable
from envcheck.host.private import write_private

if TYPE_CHECKING:
    from pathlib import Path

_MOST = 1 << 20  # bytes; nothing that we write is near that


def look(path: Path) -> Mark | Literal["foreign"] | None:
    """Whose a file is: as its mark says, somebody else's, or nobody's since it is not there."""
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > _MOST:
            return "foreign"  # a link too: where it leads is not ours to write to
        return mark_of(path.read_bytes().decode("utf-8", "surrogateescape")) or "foreign"
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return "foreign"


def write(path: Path, text: str) -> None:
    """Write one that only the user may read, whole or not at all; what is there is replaced.

    Raises:
        StepFailed: it could not be written.
    """
    try:
        write_private(path, text)
    except OSError as error:
        raise unwritable(path, error, "variables.unwritable") from error


def remove(path: Path) -> None:
    """Remove one; gone already is no error.

    Raises:
        StepFailed: it could not be removed.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error, "variables.unremovable") from error
