"""Writing below a folder, wherever the names in it lead: never out of it.

Each step down is taken from the folder before, by descriptor and through no symbolic link. A link
that somebody puts there, now or while we write, is refused by the kernel itself.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix, StepFailed, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MAKE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_PIECE = 1 << 20
_LEADS_OUT = (errno.ELOOP, errno.ENOTDIR)


@dataclass(frozen=True)
class Found:
    """What stands at a place: a file's permission bits and SHA-256, or a link's target."""

    mode: int = 0
    sha256: str = ""
    link: str = ""


@dataclass(frozen=True)
class Folder:
    """An open folder; all paths are relative to it, with ``/``, and hold no ``..``."""

    shown: str
    descriptor: int

    def look(self, path: str) -> Found | None:
        """What stands there, or None for nothing.

        Raises:
            UsageError: the way there leads through a link or a file, or what is there is no file.
        """
        try:
            with self._parent(path, make=False) as (parent, name):
                about = os.stat(name, dir_fd=parent, follow_symlinks=False)
                if stat.S_ISLNK(about.st_mode):
                    return Found(link=os.readlink(name, dir_fd=parent))
                if not stat.S_ISREG(about.st_mode):
                    text = f"{self._name(path)} is there already, and is no file"
                    raise UsageError(text, id="bundle.file-in-the-way")
                return Found(stat.S_IMODE(about.st_mode) & 0o777, _digest(name, parent))
        except FileNotFoundError:
            return None

    def write(self, path: str, mode: int, pieces: Iterable[bytes]) -> None:
        """Write a file, in place of what may be there; whole or not at all.

        Raises:
            UsageError: the way there leads through a link or a file.
            StepFailed: it could not be written.
        """
        with self._parent(path, make=True) as (parent, name), _beside(parent) as part:
            descriptor = os.open(part, _MAKE, 0o600, dir_fd=parent)
            with os.fdopen(descriptor, "wb") as file:
                for piece in pieces:
                    file.write(piece)
                os.fchmod(file.fileno(), mode)
            os.rename(part, name, src_dir_fd=parent, dst_dir_fd=parent)

    def link(self, path: str, target: str) -> None:
        """Make a symbolic link, in place of what may be there; errors as `write`."""
        with self._parent(path, make=True) as (parent, name), _beside(parent) as part:
            os.symlink(target, part, dir_fd=parent)
            os.rename(part, name, src_dir_fd=parent, dst_dir_fd=parent)

    @contextmanager
    def _parent(self, path: str, *, make: bool) -> Iterator[tuple[int, str]]:
        """The open folder in which a path's last name stands, and that name."""
        *folders, name = path.split("/")
        current = os.dup(self.descriptor)
        try:
            for folder in folders:
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(folder, dir_fd=current)
                further = os.open(folder, _FOLDER, dir_fd=current)
                os.close(current)
                current = further
            yield current, name
        except OSError as error:
            if isinstance(error, FileNotFoundError) and not make:
                raise
            if error.errno in _LEADS_OUT:
                text = f"the way to {self._name(path)} leads through a link or a file"
                raise UsageError(text, id="bundle.target-leads-out") from error
            done = "written" if make else "read"
            text = f"{self._name(path)} could not be {done}: {error.strerror}"
            raise StepFailed(text, id=f"file.not-{done}") from error
        finally:
            os.close(current)

    def _name(self, path: str) -> str:
        return str(Path(self.shown) / path)


@contextmanager
def opened(path: str) -> Iterator[Folder]:
    """A folder, made if it is missing. It may be a link itself: who named it knows where it leads.

    Raises:
        UsageError: it cannot be had.
    """
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:  # a name that no folder can have
        raise UsageError(
            f"{ascii(path)[1:-1]}: {getattr(error, 'strerror', None) or error}",
            id="bundle.no-folder",
            fix=Fix("name a folder with --into in which you may write"),
        ) from error
    try:
        yield Folder(path, descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _beside(parent: int) -> Iterator[str]:
    """A free name in the same folder; what then bears it is removed where it was not renamed."""
    part = f".envcheck.{os.getpid()}.part"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(part, dir_fd=parent)  # of a run with our number that was killed
    try:
        yield part
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part, dir_fd=parent)


def _digest(name: str, parent: int) -> str:
    total = hashlib.sha256()
    with os.fdopen(os.open(name, _READ, dir_fd=parent), "rb") as file:
        while piece := file.read(_PIECE):
            total.update(piece)
    return total.hexdigest()
