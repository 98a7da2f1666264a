"""Which snapshots there are, and which one a word on the command line means."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.app.places import state_folder
from envcheck.app.snapshots.file import open_snapshot, verify
from envcheck.app.snapshots.taking import Place, teller
from envcheck.core.errors import EnvcheckError, Fix, UsageError
from envcheck.core.snapshot import is_name, name_at
from envcheck.host.snapshot_files import (
    ENDING,
    file_for,
    files_of,
    opened,
    profiles_with_snapshots,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.app.session import Session
    from envcheck.app.snapshots.file import Snapshot
    from envcheck.core.snapshot import Index


@dataclass(frozen=True)
class Kept:
    """A snapshot that is kept: its name, its file, and what it holds, or what is wrong with it."""

    profile: str
    name: str
    path: str
    bytes: int
    index: Index | None
    fault: str = ""


def kept(session: Session, profile: str) -> tuple[Kept, ...]:
    """The snapshots of a profile, or of all; nothing but their indexes is read."""
    state = state_folder(session.environ)
    profiles = (profile,) if profile else profiles_with_snapshots(state)
    return tuple(_kept(name, path) for name in profiles for path in files_of(state, name))


def _kept(profile: str, path: Path) -> Kept:
    name = path.name.removesuffix(ENDING)
    try:
        with opened(path) as file:
            index = open_snapshot(file).index
            return Kept(profile, name, str(path), path.stat().st_size, index)
    except (EnvcheckError, OSError) as error:
        fault = error.what if isinstance(error, EnvcheckError) else str(error.strerror)
        return Kept(profile, name, str(path), 0, None, fault)


def place_for(session: Session, profile: str, name: str, output: str = "") -> Place:
    """Where a snapshot goes that is about to be taken.

    Raises:
        UsageError: it cannot be called so, or there is one of that name.
    """
    if name and not is_name(name):
        raise UsageError(
            f"a snapshot cannot be called '{name}'",
            id="snapshot.name",
            fix=Fix(
                "use letters, digits, dots, dashes and underscores; begin with a letter or digit"
            ),
        )
    if output:
        return Place(
            name or name_at(datetime.now(timezone.utc)), _output(session, output), ours=False
        )
    state = state_folder(session.environ)
    if name and file_for(state, profile, name).exists():
        raise UsageError(
            f"there is a snapshot '{name}' of {profile} already",
            id="snapshot.name-taken",
            fix=Fix("choose another name, or remove that one", (_remove(profile, name),)),
        )
    name = name or _free_name(state, profile)
    return Place(name, file_for(state, profile, name))


def _remove(profile: str, name: str) -> str:
    return f"envcheck snapshot remove {profile} {name}"


def _output(session: Session, output: str) -> Path:
    path = Path(output)
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent}", id="snapshot.no-folder")
    if path.exists() and not path.is_file():
        what = f"{path} is there already, and is no file"
        raise UsageError(what, id="snapshot.file-in-the-way")
    if path.exists():
        session.agree((str(path),), "Replace the file that is there?", id="snapshot.file-exists")
    return path


def _free_name(state: Path, profile: str) -> str:
    now = name_at(datetime.now(timezone.utc))
    names = (now, *(f"{now}-{number}" for number in range(2, 1000)))
    return next(name for name in names if not file_for(state, profile, name).exists())


def find(session: Session, profile: str, word: str) -> Path:
    """The file of the snapshot that a word means: a name, or a path where it looks like one.

    Raises:
        UsageError: there is none.
    """
    if not word:
        raise UsageError(
            "which snapshot?",
            id="snapshot.which",
            fix=Fix("name it", (f"envcheck snapshot list {profile}".rstrip(),)),
        )
    if "/" in word or word.endswith(ENDING):
        return Path(word)
    if Path(word).is_file() and not _is_kept(session, profile, word):
        return Path(word)
    return kept_file(session, profile, word)


def kept_file(session: Session, profile: str, name: str) -> Path:
    """The file of a snapshot that is kept.

    Raises:
        UsageError: there is none of that name.
    """
    if not _is_kept(session, profile, name):
        names = ", ".join(one.name for one in kept(session, profile))
        raise UsageError(
            f"there is no snapshot '{name}' of {profile}",
            id="snapshot.unknown",
            fix=Fix(f"there are: {names}" if names else "there is none of this profile yet"),
        )
    return file_for(state_folder(session.environ), profile, name)


def _is_kept(session: Session, profile: str, name: str) -> bool:
    return is_name(name) and file_for(state_folder(session.environ), profile, name).is_file()


@contextmanager
def verified(session: Session, path: Path) -> Iterator[Snapshot]:
    """An open snapshot, all of which was read and is as it was made.

    Raises:
        UsageError: it cannot be read.
        SnapshotInvalid: it is damaged, or holds what no snapshot may hold.
    """
    with opened(path) as file:
        snapshot = open_snapshot(file)
        verify(snapshot, teller(session, path.name, "comparing", snapshot.index.size))
        yield snapshot
