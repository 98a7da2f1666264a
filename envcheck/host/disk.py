"""Disk space of this machine."""

from __future__ import annotations

import shutil
from pathlib import Path


def free_bytes(folder: str) -> int | None:
    """Bytes free for us where a folder is, or None where it cannot be seen from here.

    An engine in a virtual machine names a folder that does not exist on this side.
    """
    if not folder or not Path(folder).is_dir():
        return None
    return shutil.disk_usage(folder).free
