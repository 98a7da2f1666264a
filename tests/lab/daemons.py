"""Starting a server that belongs to a lease, and waiting until it answers."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import cgroups
from .ending import end
from .shell import LabError, tail, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from .leases import Lease


@dataclass(frozen=True)
class Daemon:
    """A running server: its process, and the file that holds what it says."""

    process: subprocess.Popen[bytes]
    log: Path

    def wait_ready(self, ready: Callable[[], bool], what: str, timeout: float) -> None:
        """Wait until ``ready`` holds, but no longer than the server lives.

        Raises:
            LabError: the server ended, or did not get ready in time; with its last words.
        """

        def answered() -> bool:
            code = self.process.poll()
            if code is not None:
                raise LabError(f"it ended with {code}")
            return ready()

        try:
            wait_until(answered, "its answer", timeout)
        except LabError as error:
            raise LabError(f"{what} did not start: {error}\n{tail(self.log)}") from error


@contextmanager
def daemon(lease: Lease, argv: list[str], env: Mapping[str, str]) -> Iterator[Daemon]:
    """Run a server in the lease's control group; it and all it started are killed at the end.

    Killed, not asked: nothing that it holds outlives the context, and containers that ignore
    SIGTERM would make every test wait.
    """
    cgroups.make(lease.name)
    log = lease.home / "log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            cgroups.joining(cgroups.tracking(lease.name), argv),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C at the terminal is for us, not for the server
            env=env,
        )
    try:
        yield Daemon(process, log)
    finally:
        end(process)
        cgroups.dismantle(lease.name)
