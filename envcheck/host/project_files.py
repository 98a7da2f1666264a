"""The small files in a project's folder that say what it needs."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.core.errors import StepFailed, UsageError

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


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet, whole or not at all; its folder is made.

    Raises:
        UsageError: something is there already, which is left as it is.
        StepFailed: it could not be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        os.link(beside, path)  # unlike a rename, this replaces nothing
    except FileExistsError as error:
        raise UsageError(f"{path} is there already", id="file.exists") from error
    except OSError as error:
        raise StepFailed(
            f"{path} could not be written: {error.strerror}", id="file.not-written"
        ) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
