"""Locks between processes: one holds it, the others learn who that is, and wait.

A lock is the kernel's (flock), on a file: it dies with its process, however that ends. The file
says who holds it; it is there only while somebody does, or was killed.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from envcheck.run.executor import within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Holder:
    """Who holds a lock: process id, since when (UTC, ISO 8601), and the command in a few words."""

    pid: int
    since: str
    command: str

    def __str__(self) -> str:
        return f"`{self.command}` (process {self.pid}, since {self.since})"


class Held(Exception):
    """Somebody holds the lock still after all the waiting; None where it is not known who."""

    def __init__(self, holder: Holder | None) -> None:
        super().__init__(str(holder))
        self.holder = holder


@contextmanager
def held(
    path: Path, command: str, *, seconds: float, waiting: Callable[[Holder | None], None]
) -> Iterator[None]:
    """Hold the lock of that file during the context.

    Args:
        path: the file; made with its folder.
        command: what others are told of who holds it.
        seconds: how long to wait for others; 0 for not at all.
        waiting: called once before waiting, with who holds it as far as that is known.

    Raises:
        Held: somebody else holds it still.
        OSError: the file cannot be made.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = _take(path, seconds, waiting)
    try:
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        text = json.dumps(asdict(Holder(os.getpid(), now, command))).encode()
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text, 0)
        yield
    finally:
        # While it is still held: whoever waits for this file finds that it is gone, and makes one.
        with suppress(OSError):
            path.unlink()
        os.close(descriptor)


class Share:
    """A lock that several processes have at once, and that each of them lets go when it dies.

    Who comes and who goes must be settled by another lock: `alone` and `leave` tell of a moment.

    Args:
        path: the file; made with its folder.

    Attributes:
        alone: whether nobody had it before.

    Raises:
        OSError: the file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.alone = _is_free(self._descriptor)
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Let it go; whether nobody has it now."""
        try:
            last = _is_free(self._descriptor)
            if last:
                self._path.unlink(missing_ok=True)
        finally:
            os.close(self._descriptor)
        return last


def holder_of(path: Path) -> Holder | None:
    """Who holds a lock now; None where nobody does."""
    with suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            if _is_free(descriptor):
                return None
            return _read(path) or Holder(0, "", "unknown")
        finally:
            os.close(descriptor)
    return None


def _take(path: Path, seconds: float, waiting: Callable[[Holder | None], None]) -> int:
    told = False
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if not _is_free(descriptor):
                if not told:
                    told = True
                    waiting(_read(path))
                _wait(descriptor, path, seconds)
            if _is_still(path, descriptor):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _is_free(descriptor: int) -> bool:
    """Take the lock if nobody has it; whether that was so."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait(descriptor: int, path: Path, seconds: float) -> None:
    if not seconds:
        raise Held(_read(path))
    try:
        within(seconds, lambda: fcntl.flock(descriptor, fcntl.LOCK_EX))
    except TimeoutError:
        raise Held(_read(path)) from None


def _is_still(path: Path, descriptor: int) -> bool:
    """Whether the file that is locked is the one of that name: its last holder removed it."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _read(path: Path) -> Holder | None:
    """What the file says; nothing where its holder has not written yet."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Holder(int(found["pid"]), str(found["since"]), str(found["command"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
