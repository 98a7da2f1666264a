"""The file that a bundle is: made beside its place and moved there whole, or opened for reading."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from envcheck.core.errors import UsageError
from envcheck.host.large_files import reading, writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from typing import BinaryIO

PART = ".part"


def place_for(name: str) -> Path:
    """Where a bundle is to be written.

    Raises:
        UsageError: there is no such folder, or something other than a file is there.
    """
    path = Path(name)
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent}", id="bundle.no-folder")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is there already, and is no file", id="bundle.file-in-the-way")
    return path


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A new file that takes its place when the context ends well, and is gone where it does not.

    Raises:
        StepFailed: it cannot be written.
    """
    part = path.with_name(path.name + PART)
    with writing(path, "bundle.unwritable"):
        part.unlink(missing_ok=True)  # of a run that was killed
        try:
            with part.open("xb") as file:
                yield file
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def scratch(path: Path) -> Iterator[BinaryIO]:
    """A nameless file on the same disk as ``path``; it is gone whatever way the program ends.

    Raises:
        StepFailed: it cannot be made or written.
    """
    with writing(path, "bundle.unwritable"), tempfile.TemporaryFile(dir=path.parent) as file:
        yield cast("BinaryIO", file)


def opened(name: str) -> AbstractContextManager[BinaryIO]:
    """A bundle's file, open for reading.

    Raises:
        UsageError: it cannot be read.
    """
    return reading(Path(name), name, "bundle.unreadable")
