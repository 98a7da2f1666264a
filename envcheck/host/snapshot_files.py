"""Where snapshots are kept: files of the user's own, each made beside its place and moved there.

A file is on the disk before it takes its place: what it was made from may be removed next.
"""

from __future__ import annotations

import contextlib
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from envcheck.core.errors import StepFailed
from envcheck.host.large_files import reading, writing
from envcheck.host.private import make_private

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import BinaryIO

ENDING = ".snapshot"
_PART = ".part"
_STATE = 2  # folders above that of a file: STATE/snapshots/PROFILE/NAME.snapshot


def folder_for(state: Path, profile: str) -> Path:
    """Where the snapshots of a profile are, whether there are any or not."""
    return state / "snapshots" / profile


def file_for(state: Path, profile: str, name: str) -> Path:
    """The file of a snapshot, whether there is one or not."""
    return folder_for(state, profile) / f"{name}{ENDING}"


def profiles_with_snapshots(state: Path) -> tuple[str, ...]:
    """The profiles that have a folder for snapshots."""
    folders = (state / "snapshots").glob("*/")
    return tuple(sorted(folder.name for folder in folders if folder.is_dir()))


def files_of(state: Path, profile: str) -> tuple[Path, ...]:
    """The snapshots of a profile, by name."""
    return tuple(sorted(folder_for(state, profile).glob(f"*{ENDING}")))


@contextmanager
def new_file(path: Path, *, own_folder: bool = True) -> Iterator[BinaryIO]:
    """A new file that takes its place when the context ends well, and is gone where it does not.

    Args:
        path: its place.
        own_folder: whether the folders above it are ours, so that they are made.

    Raises:
        StepFailed: it cannot be written.
    """
    part = path.with_name(f"{path.name}{_PART}{os.getpid()}")
    with writing(path, "snapshot.unwritable"):
        if own_folder:
            make_private(path.parents[_STATE], path.parent)
        _remove_old_parts(path)
        try:
            descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            _sync_folder(path.parent)
        finally:
            part.unlink(missing_ok=True)


def _remove_old_parts(path: Path) -> None:
    """What runs that were killed have left; one that lives holds the instance's lock, or ours."""
    for part in path.parent.glob(f"{path.name}{_PART}*"):
        with contextlib.suppress(OSError):
            part.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def opened(path: Path) -> AbstractContextManager[BinaryIO]:
    """A snapshot's file, open for reading.

    Raises:
        UsageError: it cannot be read.
    """
    return reading(path, str(path), "snapshot.unreadable")


def remove(path: Path) -> None:
    """Remove a snapshot; gone already is no error.

    Raises:
        StepFailed: it cannot be removed.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        what = f"{path} could not be removed: {error.strerror}"
        raise StepFailed(what, id="snapshot.unwritable") from error
