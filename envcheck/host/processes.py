"""Processes of this machine, as far as we may see them: who listens on a port, who still lives."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENDED = ("Z", "X")  # a zombie, and one that is about to vanish (proc(5), field 3)
_STARTED = 22 - 4  # field 22, counted from the one after the state
_LISTEN = "0A"  # the state's number in /proc/net/tcp (proc(5))


@dataclass(frozen=True)
class Process:
    """A process: its name as the kernel has it, and its id."""

    name: str
    pid: int


def listener(port: int) -> Process | None:
    """The process that listens on a TCP port; None where there is none, or it is hidden from us."""
    inodes = set(_inodes(port))
    if not inodes:
        return None
    for folder in Path("/proc").glob("[0-9]*"):
        if inodes & set(_sockets(folder)):
            return Process(_name(folder), int(folder.name))
    return None


def _inodes(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == _LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                yield fields[9]


def _sockets(folder: Path) -> Iterator[str]:
    try:
        names = list((folder / "fd").iterdir())
    except OSError:
        return
    for name in names:
        try:
            target = str(name.readlink())
        except OSError:
            continue
        if target.startswith("socket:["):
            yield target[len("socket:[") : -1]


def _name(folder: Path) -> str:
    try:
        return (folder / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "a process"


@cache
def own_mark() -> str:
    """What tells this process from every other one, on any machine and for ever.

    Its id, when it was started, the machine's boot, and the namespace in which that id means it:
    an engine may be used from several machines and containers. Nothing where the system has no
    /proc.
    """
    return _mark(os.getpid()) or ""


def lives(mark: str) -> bool | None:
    """Whether the process with a mark still lives; None where that cannot be told from here."""
    number, _, where = mark.partition("@")
    own = own_mark()
    if not own or where != own.partition("@")[2]:
        return None
    try:
        pid = int(number.partition(".")[0])
        os.kill(pid, 0)  # sends nothing
    except ProcessLookupError:
        return False
    except PermissionError:  # it is another user's, and /proc may hide it
        return True if _mark(pid) == mark else None
    except (ValueError, OverflowError):
        return None
    return _mark(pid) == mark


def _mark(pid: int) -> str | None:
    """The mark of a process; None where there is none with that id."""
    try:
        # The name stands in brackets and may hold any character; what follows is proc(5)'s field 3.
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        state, *fields = told.rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        namespace = str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
    except (OSError, IndexError, ValueError):
        return None
    return None if state in _ENDED else f"{pid}.{fields[_STARTED]}@{boot}.{namespace}"
