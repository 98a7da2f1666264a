"""What bundles and snapshots have in common as files: how they are opened, and what goes wrong."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix, StepFailed, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


def unwritable(path: Path, error: OSError, id: str) -> StepFailed:
    """The error where a file could not be written."""
    return StepFailed(
        f"{path} could not be written: {error.strerror}",
        id=id,
        fix=Fix("see that you may write in that folder, and that its disk is not full"),
    )


@contextmanager
def writing(path: Path, id: str) -> Iterator[None]:
    """Have what goes wrong with a file during the context told as this error.

    Raises:
        StepFailed: it could not be written.
    """
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno not in _OF_THE_DISK:
            raise  # somebody else's: a connection, say
        raise unwritable(path, error, id) from error


@contextmanager
def reading(path: Path, shown: str, id: str) -> Iterator[BinaryIO]:
    """A file, open for reading; ``shown`` is what it is called in an error.

    Raises:
        UsageError: it cannot be read, or not twice.
    """
    try:
        if path.exists() and not path.is_file():  # a pipe cannot be read twice
            raise UsageError(f"{shown} is no file", id=id)
        file = path.open("rb")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"{shown}: {why}", id=id) from error
    with file:
        yield file
