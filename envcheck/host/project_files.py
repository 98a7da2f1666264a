"""The small files in a project's folder that say what it needs."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST = 1 << 20
"""Bytes; what is larger was not written by hand."""


def texts(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """What stands in those of the files that are there, and are text; by name.

    A name may be a pattern, such as ``requirements*.txt``.
    """
    found: dict[str, str] = {}
    for name in names:
        for path in sorted(folder.glob(name)):
            with suppress(OSError, UnicodeDecodeError):
                if path.is_file() and path.stat().st_size <= _MOST:
                    found[path.relative_to(folder).as_posix()] = path.read_text(encoding="utf-8")
    return found


def project_folder(root: str) -> Path:
    """The folder of the project whose profiles are in a folder: the one above ``profiles``."""
    from envcheck.host.profiles import FOLDER

    path = Path(root)
    return path.parent if path.name == FOLDER else path
