"""Downloads kept from one run to the next, each complete or not there."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def folder() -> Path:
    """The cache folder: ``envcheck-lab`` in ``$XDG_CACHE_HOME``; made if missing."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    cache = Path(home) / "envcheck-lab"
    cache.mkdir(parents=True, exist_ok=True)
    return cache


def kept(name: str, make: Callable[[Path], None]) -> Path:
    """The cached file or folder of this name, made first if it is not there.

    Args:
        name: its name in the cache.
        make: called with the path at which to make it; what it raises passes through, and
            what it left half done is removed.
    """
    target = folder() / name
    with locked(folder() / f"{name}.lock"):
        if not target.exists():
            with tempfile.TemporaryDirectory(dir=folder(), prefix=f"{name}.") as scratch:
                draft = Path(scratch) / name
                make(draft)
                draft.rename(target)
    return target


def forget(name: str) -> None:
    """Remove one entry, so that the next use fetches it anew."""
    with locked(folder() / f"{name}.lock"):
        target = folder() / name
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink(missing_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a lock file, which is made if missing and stays."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
