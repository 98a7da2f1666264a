"""Debian packages that the lab needs on this machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .shell import LabError, run

LISTS = Path("/var/lib/apt/lists")
INSTALL_SECONDS = 600.0
# Another apt may be at work on this machine; waiting for it is better than failing.
LOCK_WAIT = "DPkg::Lock::Timeout=300"


def ensure(*packages: str) -> None:
    """Install those of the packages that are missing, with one apt-get call.

    The package lists are fetched first if there are none, and once more if an install fails,
    since old lists name versions that a mirror no longer has.

    Raises:
        LabError: a package cannot be had, or this is not a Debian machine, or not as root.
    """
    missing = [package for package in packages if not installed(package)]
    if not missing:
        return
    if os.geteuid() != 0:
        raise LabError(f"the lab needs root to install {', '.join(missing)}")
    fetch_lists()
    try:
        _install(missing)
    except LabError:
        _apt_get("update")
        _install(missing)


def fetch_lists() -> None:
    """Have apt fetch its package lists if it has none.

    Raises:
        LabError: the mirror cannot be reached.
    """
    if not any(LISTS.glob("*_Packages*")):
        _apt_get("update")


def installed(package: str) -> bool:
    """Whether dpkg holds the package as fully installed.

    Raises:
        LabError: there is no dpkg here.
    """
    try:
        done = subprocess.run(
            ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise LabError(f"the lab needs a Debian machine: {error}") from error
    return done.stdout == "installed"


def _install(packages: list[str]) -> None:
    _apt_get("install", "--yes", "--no-install-recommends", *packages)


def _apt_get(*words: str) -> None:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "--option", LOCK_WAIT, *words, timeout=INSTALL_SECONDS, env=env)
