"""A control group of our own in every hierarchy, to find and end exactly what we started.

A process cannot leave its control group by forking or by losing its parent, so the group lists
everything that an engine or a machine has started: shims, containers, what runs in them. Below the
group named after the lease, ``processes`` holds what we start and the engine adds its containers'
groups beside it (with cgroup v2 a group that hands out controllers may hold no processes itself).
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from .shell import LabError, wait_until

ROOT = Path("/sys/fs/cgroup")
LEAF = "processes"
# Written by the process itself, so that it is in the group before it starts the program;
# 0 stands for the writer.
JOIN = (
    'while [ "$1" != -- ]; do echo 0 > "$1/cgroup.procs" || exit 125; shift; done; shift; exec "$@"'
)


def hierarchies() -> list[Path]:
    """The root folder of every mounted hierarchy: many with cgroup v1, one with v2."""
    found = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        mount, _, source = line.partition(" - ")
        place = Path(mount.split()[4])
        if source.split()[0] in {"cgroup", "cgroup2"} and place.is_relative_to(ROOT):
            found.append(place)
    return found


def make(name: str) -> None:
    """Make the group and its ``processes`` in every hierarchy."""
    for root in hierarchies():
        for folder in (root / name, root / name / LEAF):
            folder.mkdir(exist_ok=True)
            _inherit_cpuset(folder)


def _inherit_cpuset(folder: Path) -> None:
    """Copy processors and memory nodes from above: v1 makes a cpuset empty, and then unusable."""
    for file in ("cpuset.cpus", "cpuset.mems"):
        own = folder / file
        if own.exists() and not own.read_text().strip():
            own.write_text((folder.parent / file).read_text())


def tracking(name: str) -> list[Path]:
    """The folder that suffices to keep track of a process, in one hierarchy only.

    Which one does not matter to the process; all others keep it where the machine put it.
    """
    roots = hierarchies()
    preferred = [root for root in roots if root.name == "devices"] or roots[-1:]
    return [root / name / LEAF for root in preferred]


def joining(folders: list[Path], argv: list[str]) -> list[str]:
    """The command that enters these groups and then becomes ``argv``, keeping its process id."""
    return ["sh", "-c", JOIN, "lab", *map(str, folders), "--", *argv]


def processes(name: str) -> set[int]:
    """The ids of every process in the group and below it."""
    found: set[int] = set()
    for root in hierarchies():
        for folder in _tree(root / name):
            # A folder may go away, or hold threads only, while it is read.
            with suppress(OSError):
                found.update(map(int, (folder / "cgroup.procs").read_text().split()))
    # Id 0 stands for a process that our own process id namespace does not show.
    return found - {0}


def settle(name: str) -> None:
    """Move what stands in the group itself into ``processes`` below it."""
    for group in (root / name for root in hierarchies()):
        for pid in (group / "cgroup.procs").read_text().split():
            (group / LEAF / "cgroup.procs").write_text(pid)


def process(name: str, program: str) -> int:
    """The id of the one process in the group that runs this program.

    Raises:
        LabError: there is none, or more than one.
    """
    found = [pid for pid in processes(name) if _program(pid) == program]
    if len(found) != 1:
        raise LabError(f"{len(found)} processes of {name} run {program}, not one")
    return found[0]


def _program(pid: int) -> str:
    """What a process runs; nothing where it has ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def dismantle(name: str) -> None:
    """End every process in the group, then remove the group; does nothing if it is not there.

    Raises:
        LabError: a process or a folder is still there after some seconds.
    """
    wait_until(lambda: not _kill(name), f"the processes of {name} to end", timeout=20)
    wait_until(lambda: not _remove(name), f"the control groups of {name} to go")


def _kill(name: str) -> set[int]:
    """Kill what is in the group now; returns whom, since a dying parent may just have forked."""
    victims = processes(name)
    for pid in victims:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return victims


def _remove(name: str) -> list[Path]:
    """Remove the group's folders; returns those that are still busy."""
    for folder in (folder for root in hierarchies() for folder in _tree(root / name)):
        # Busy while the kernel still puts away a process that has just ended.
        with suppress(OSError):
            folder.rmdir()
    return [root / name for root in hierarchies() if (root / name).exists()]


def _tree(top: Path) -> list[Path]:
    """The folder and all below it, deepest first."""
    return [Path(path) for path, _, _ in os.walk(top, topdown=False)]
