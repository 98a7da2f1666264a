"""Which process listens on a port of this machine, as far as we may see it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

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
