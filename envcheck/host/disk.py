"""Disk space of this machine."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Disk:
    """Bytes on a file system: free for us, and in all."""

    free: int
    total: int


def disk_of(folder: str) -> Disk | None:
    """The file system where a folder is, or None where it cannot be seen from here.

    An engine in a virtual machine names a folder that does not exist on this side.
    """
    if not folder or not Path(folder).is_dir():
        return None
    usage = shutil.disk_usage(folder)
    return Disk(usage.free, usage.total)
