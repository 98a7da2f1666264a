"""The user's own folder: nobody else may look into it, and nobody else has put anything there.

Made whatever the umask is; what was there before with other rights is repaired. What belongs to
somebody else, or is a link, is refused: whoever put it there decides what we read and where we
write.
"""

from __future__ import annotations

import os
import pwd
import shlex
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix, StepFailed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER = 0o700
FILE = 0o600
_OTHERS = 0o077


def make_private(top: Path, folder: Path) -> None:
    """Make a folder below ``top``, and see that all from ``top`` down is the user's alone.

    A folder that cannot be made is no error here: who opens a file in it tells of that.

    Raises:
        StepFailed: something there is a link, or belongs to somebody else.
    """
    with suppress(OSError):
        top.parent.mkdir(parents=True, exist_ok=True)
    between = [each for each in reversed(folder.parents) if top in each.parents]
    for each in (top, *between, folder):
        with suppress(OSError):
            each.mkdir(mode=FOLDER)
        _see_private(each)  # a umask may have taken even the owner's rights
    for path in _all_below(top):
        _see_private(path)


def write_private(path: Path, text: str) -> None:
    """Write a file that only the user may read; on the disk, and whole or not at all.

    Raises:
        OSError: it could not be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(beside, flags, FILE), "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), FILE)  # a umask may have taken even the owner's rights
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _all_below(top: Path) -> Iterator[Path]:
    """The folder itself and all that is in it, each before what it holds."""
    yield top
    with suppress(OSError):
        if stat.S_ISDIR(top.lstat().st_mode):
            for path in sorted(top.iterdir()):
                yield from _all_below(path)


def _see_private(path: Path) -> None:
    try:
        found = path.lstat()
    except OSError:  # it could not be made; or is a lock that was let go of meanwhile
        return
    if stat.S_ISLNK(found.st_mode):
        raise _unsafe(path, "is a link", "remove it")
    if found.st_uid != os.geteuid():
        whose = f"belongs to user {_named(found.st_uid)}"
        raise _unsafe(path, whose, "run as that user, or give it back to yourself")
    if found.st_mode & _OTHERS or stat.S_ISDIR(found.st_mode):
        wanted = FOLDER if stat.S_ISDIR(found.st_mode) else FILE
        if stat.S_IMODE(found.st_mode) != wanted:
            path.chmod(wanted)


def _named(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def _unsafe(path: Path, what: str, fix: str) -> StepFailed:
    return StepFailed(
        f"{path} {what}; what envcheck remembers must be your own alone",
        id="machine.state-folder-unsafe",
        fix=Fix(
            f"{fix}; or name another folder with XDG_STATE_HOME",
            (shlex.join(["ls", "-ld", str(path)]),),
        ),
    )
