"""Nothing grows: ``python -m tests.bench.rounds [ROUNDS]`` brings webapp up and cleans it so often.

Its images are held meanwhile, but for the one that it builds. DOCKER_HOST says on which engine;
nobody else may work there meanwhile. All rounds are one process, so that what it keeps would show.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
import tempfile
import threading
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.app.session import Session
from envcheck.app.teardown import CleanOptions, clean
from envcheck.app.up import up
from envcheck.core.report import fold
from tests.engine import killing
from tests.engine.cli import Cli
from tests.engine.conftest import REPOSITORY, Docker

if TYPE_CHECKING:
    from envcheck.core.events import Event

ROUNDS = 200
WARM = 5
"""Rounds before the first look: caches fill, and pools of connections and threads."""


@dataclass(frozen=True)
class Figures:
    """What might grow. Bytes for the folders; the rest are numbers."""

    containers: int
    networks: int
    volumes: int
    images: int
    engine_bytes: int
    engine_files: int
    our_files: int
    our_threads: int
    ledger_bytes: int


def look(docker: Docker, state: Path) -> Figures:
    """All of them as they are now."""
    lists = (("ps", "-aq"), ("network", "ls", "-q"), ("volume", "ls", "-q"), ("images", "-aq"))
    containers, networks, volumes, images = (len(docker(*words)) for words in lists)
    (data,) = docker("info", "--format", "{{.DockerRootDir}}")
    return Figures(
        containers=containers,
        networks=networks,
        volumes=volumes,
        images=images,
        engine_bytes=size(Path(data)),
        engine_files=open_files(engine_pid()),
        our_files=open_files(os.getpid()),
        our_threads=threading.active_count(),
        ledger_bytes=size(state),
    )


def size(folder: Path) -> int:
    """Bytes that a folder takes on its disk."""
    return sum(
        (Path(place) / name).lstat().st_blocks * 512
        for place, _, names in os.walk(folder)
        for name in names
    )


def engine_pid() -> int:
    """The process at the other end of the engine's socket (SO_PEERCRED, unix(7))."""
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(os.environ["DOCKER_HOST"].removeprefix("unix://"))
        told = door.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", told)[0])


def open_files(pid: int) -> int:
    """How many files a process has open."""
    return len([*Path(f"/proc/{pid}/fd").iterdir()])


def one_round(profile: Path, environ: dict[str, str], instance: str) -> None:
    """Up and clean, as two runs."""
    for work in (up, lambda session, name: clean(session, name, CleanOptions())):
        events: list[Event] = []
        session = Session(emit=events.append, yes=True, instance=instance, environ=environ)
        try:
            work(session, str(profile))
        finally:
            session.close()
        report = fold(events)
        assert report.exit_code == 0, report


def main() -> int:
    """Go round and round; 1 where something is more than it was."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    docker, instance = Docker({}), f"r{os.getpid()}"
    with tempfile.TemporaryDirectory(prefix="rounds-") as folder:
        state = Path(folder) / "state"
        environ = {**os.environ, "XDG_STATE_HOME": str(state)}
        profile = killing.project(Path(folder) / "project") / "profiles" / "webapp.yaml"
        with killing.holding(Cli(REPOSITORY, {"XDG_STATE_HOME": str(state)}), instance):
            seen: list[Figures] = []
            for number in range(1, rounds + 1):
                one_round(profile, environ, instance)
                if number == WARM or number % max(1, rounds // 10) == 0:
                    seen.append(look(docker, state))
                    sys.stdout.write(f"{number:>5} {astuple(seen[-1])}\n")
                    sys.stdout.flush()
    return compare(seen[0], seen[-1])


def compare(first: Figures, last: Figures) -> int:
    """Print both; 1 where a number is more than it was. Bytes are for the reader to judge."""
    sys.stdout.write(f"{'':<15}{'first':>15}{'last':>15}\n")
    grown = False
    for field in fields(Figures):
        before, after = getattr(first, field.name), getattr(last, field.name)
        sys.stdout.write(f"{field.name:<15}{before:>15,}{after:>15,}\n")
        grown |= after > before and not field.name.endswith("bytes")
    return int(grown)


if __name__ == "__main__":
    sys.exit(main())
