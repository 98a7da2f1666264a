"""A name for everything that one lab context makes, and the one way to take it all away.

Whatever is made on the host bears the lease's name: control groups, network namespace, veth,
firewall rules, folders. ``_dismantle`` therefore needs nothing but that name, and serves both the
end of a context and the sweep for what a killed run left behind.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import cache, cgroups, network
from .shell import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNTIME = Path("/run/envcheck-lab")
NAME = re.compile(r"ecl(?P<pid>\d+)x\d+")
_numbers = itertools.count()


@dataclass(frozen=True)
class Lease:
    """One context's claim on the host.

    Attributes:
        name: at most 15 characters, since a network device bears it.
        runtime: a folder with a short path, for sockets and pid files.
        home: the folder for bulky data, below what the caller gave.
    """

    name: str
    runtime: Path
    home: Path


@contextmanager
def lease(root: Path | None = None) -> Iterator[Lease]:
    """Claim a name and its folders; at the end remove all that bears the name.

    Args:
        root: where to make ``home``; in the runtime folder when left out.

    Raises:
        LabError: not root, or something could not be removed.
    """
    if os.geteuid() != 0:
        raise LabError("the lab needs root: it makes namespaces and control groups")
    RUNTIME.mkdir(exist_ok=True)
    with cache.locked(RUNTIME / "lock"):
        _sweep()
        claimed = _claim(root)
    try:
        yield claimed
    finally:
        _dismantle(claimed)


def _claim(root: Path | None) -> Lease:
    name = f"ecl{os.getpid()}x{next(_numbers)}"
    runtime = RUNTIME / name
    home = (root.resolve() if root else runtime) / name
    runtime.mkdir()
    owner = {"pid": os.getpid(), "started": _started(os.getpid()), "home": str(home)}
    (runtime / "owner.json").write_text(json.dumps(owner))
    home.mkdir(parents=True)
    return Lease(name, runtime, home)


def _sweep() -> None:
    """Take away what runs that no longer live have left behind."""
    for runtime in RUNTIME.iterdir():
        match = NAME.fullmatch(runtime.name)
        if match and not _alive(runtime):
            _dismantle(Lease(runtime.name, runtime, _recorded_home(runtime)))


def _alive(runtime: Path) -> bool:
    """Whether the very process that claimed the lease still runs; ids are used again."""
    try:
        owner = json.loads((runtime / "owner.json").read_text())
    except (OSError, ValueError):
        return False
    return bool(_started(owner["pid"]) == owner["started"])


def _recorded_home(runtime: Path) -> Path:
    try:
        home = Path(json.loads((runtime / "owner.json").read_text())["home"])
    except (OSError, ValueError):
        return runtime
    return home if home.name == runtime.name else runtime


def _started(pid: int) -> str:
    """When the process started, in clock ticks since boot; empty if there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    # The program's name stands in parentheses and may hold anything; count from behind it.
    return stat.rpartition(")")[2].split()[19]


def _dismantle(lease: Lease) -> None:
    """Remove all that bears the name; what is already gone is no error.

    Each part is tried even if another fails. The runtime folder goes last: while it stands, the
    next sweep tries again.

    Raises:
        LabError: something could not be removed.
    """
    cgroups.dismantle(lease.name)
    with ExitStack() as stack:
        stack.callback(_remove_tree, lease.home)
        network.dismantle(lease.name)
    _remove_tree(lease.runtime)


def _remove_tree(folder: Path) -> None:
    """Remove a folder, but never through a mount, behind which someone's files may lie.

    Raises:
        LabError: something is mounted below it.
    """
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        place = Path(line.split()[4])
        if place.is_relative_to(folder):
            raise LabError(f"{place} is still mounted: {folder} is left as it is")
    if folder.exists():
        shutil.rmtree(folder)
