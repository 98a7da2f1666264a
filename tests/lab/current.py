"""A current engine on an older Debian: sid's packages, unpacked into a folder of their own."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from . import apt, cache
from .packages import ensure
from .shell import run

if TYPE_CHECKING:
    from pathlib import Path

NAME = "engine-current"
SUITE = "sid"
# Not runc: sid's needs a newer libc than bookworm has, bookworm's does the work.
PACKAGES = ("docker.io", "docker-cli", "containerd", "docker-compose", "docker-buildx")
# What those need of this machine.
HOST_PACKAGES = ("runc", "tini", "iptables", "libsystemd0", "ca-certificates")
DOWNLOAD_SECONDS = 600.0


def install_current() -> Path:
    """The folder that sid's engine is unpacked in, fetched on first use.

    It keeps the version it has; ``cache.forget(NAME)`` makes the next call fetch today's.

    Raises:
        LabError: the packages cannot be fetched or unpacked.
    """
    ensure(*HOST_PACKAGES)
    return cache.kept(NAME, _fetch)


def _fetch(target: Path) -> None:
    apt_home = target.with_name("apt")
    options = _private_apt(apt_home)
    run("apt-get", *options, "update", timeout=DOWNLOAD_SECONDS)
    archives = target.with_name("archives")
    archives.mkdir()
    # Without a user to drop to, apt writes where it is told, wherever the cache is.
    get = ("env", f"--chdir={archives}", "apt-get", *options, "download")
    run(*get, *PACKAGES, timeout=DOWNLOAD_SECONDS)
    for archive in sorted(archives.iterdir()):
        run("dpkg-deb", "--extract", archive, target)
    shutil.rmtree(archives)
    shutil.rmtree(apt_home)


def _private_apt(home: Path) -> list[str]:
    """Options for an apt that knows sid alone, and that the machine's own apt never hears of."""
    for folder in ("lists/partial", "cache/archives/partial"):
        (home / folder).mkdir(parents=True)
    sources = home / "sources.list"
    sources.write_text(f"{apt.source_line(SUITE)}\n")
    return [
        f"--option=Dir::Etc::SourceList={sources}",
        "--option=Dir::Etc::SourceParts=-",
        f"--option=Dir::State::Lists={home / 'lists'}",
        f"--option=Dir::Cache={home / 'cache'}",
        "--option=Dir::State::Status=/dev/null",
        "--option=APT::Sandbox::User=root",
    ]
