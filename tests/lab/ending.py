"""Ending a process that we started, so that nothing of it stays behind, not even as a zombie."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

PATIENCE_SECONDS = 10.0


def end(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    """Kill a process and its children, and wait until it is gone.

    The children go first: `unshare` and `nsenter` have one, the first process of another process
    id namespace, and only while they live themselves do they wait for it. Left to this machine's
    first process, it might stay a zombie, and the namespace with it.
    """
    children = _children(process.pid) if process.poll() is None else []
    for child in children:
        _kill(child)
    if children:
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE_SECONDS)
    if process.poll() is None:
        process.kill()
    process.wait()


def end_group(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    """The same, and whatever else is in the process group that it leads."""
    end(process)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
