"""Making a bare root file system from the distribution's packages, with mmdebstrap."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, BinaryIO

from envcheck.core.errors import Fix, StepFailed
from envcheck.core.images import BASE_OPTIONS
from envcheck.host.engines import distribution
from envcheck.host.shell import as_root

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.run.ports import Progress

_TOOL = "mmdebstrap"
_INSTALL = "apt-get install -y --no-install-recommends mmdebstrap"
_KEPT_LINES = 15
_WAY = re.compile(r"Acquire::https?::(.*::)?(Proxy|CaInfo) ")


def commands_needed() -> tuple[str, ...]:
    """What must be run once before a root file system can be made here; often nothing."""
    return () if which(_TOOL) else (as_root(_INSTALL),)


@contextmanager
def root_filesystem(suite: str, progress: Progress) -> Iterator[BinaryIO]:
    """The root file system of a Debian release as a tar, gone when the context ends.

    Packages come from where this machine gets its own (its apt configuration, proxies included).

    Raises:
        StepFailed: mmdebstrap failed; its last lines are the evidence.
    """
    with tempfile.TemporaryDirectory(prefix="envcheck-") as folder:
        target = Path(folder) / "root.tar"
        _make(suite, target, progress)
        with target.open("rb") as archive:
            yield archive


def lists_command(suite: str, folder: str) -> list[str]:
    """The command that gets a release's lists of packages into a folder, as a root of apt's.

    Nothing is unpacked, so no rights are needed. The lists of a mirror that stands still are used
    although they are out of date, as a recipe uses them that takes packages from sid.
    """
    # Without rights, the files shall be this user's. Root is warned of that mode, and needs none.
    mode = ("--mode=chrootless",) if os.geteuid() else ()
    dry = ("--simulate", *mode, "--variant=custom", "--skip=cleanup/apt")
    lists = ('--aptopt=Acquire::Languages "none"', '--aptopt=Acquire::Check-Valid-Until "false"')
    return [_TOOL, *dry, *lists, *_ways(), suite, folder, *_mirror()]


def _ways() -> tuple[str, ...]:
    return tuple(f"--aptopt={line}" for line in _ways_there())


def _make(suite: str, target: Path, progress: Progress) -> None:
    command = [_TOOL, *BASE_OPTIONS, suite, str(target), *_mirror(), *_ways()]
    lines: list[str] = []
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stderr or ():
            lines.append(line.rstrip())
            progress(f"building: {lines[-1].removeprefix('I: ')}", None, None)
    if process.returncode != 0:
        raise StepFailed(
            f"mmdebstrap could not make a root file system of Debian {suite}",
            id="recipe.base-failed",
            evidence=tuple(lines[-_KEPT_LINES:]),
            fix=Fix(
                "look whether this machine's package sources can be reached", ("apt-get update",)
            ),
        )


def _mirror() -> tuple[str, ...]:
    """Where Debian's packages come from here; elsewhere mmdebstrap knows Debian's own servers."""
    if distribution().get("ID") != "debian":
        return ()
    try:
        told = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return ()
    uris = {
        line.rsplit("|", 1)[1]
        for line in told.splitlines()
        if line.startswith("Debian|Debian|main|")
    }
    return tuple(sorted(uris)[:1])


def _ways_there() -> tuple[str, ...]:
    """The proxies and certificates that this machine's own apt is told to use."""
    try:
        told = subprocess.run(
            ["apt-config", "dump"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return ()
    return tuple(line for line in told.splitlines() if _WAY.match(line))
