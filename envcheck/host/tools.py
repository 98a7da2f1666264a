"""Versions of the programs on this machine."""

from __future__ import annotations

import re
import shutil
import subprocess

_SECONDS = 5.0
_VERSION = re.compile(r"\d+(?:\.\d+)+")


def version_of(program: str) -> str | None:
    """The version that ``PROGRAM --version`` prints; nothing where it prints none.

    Returns:
        None where there is no such program on PATH.
    """
    path = shutil.which(program)
    if path is None:
        return None
    try:
        said = subprocess.run(
            [path, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = _VERSION.search(said.stdout or said.stderr)
    return found.group() if found else ""
