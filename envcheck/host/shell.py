"""Running commands on this machine, and telling what they print while they run."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from envcheck.core.errors import StepFailed
from envcheck.core.events import CommandOutput, CommandStarted

if TYPE_CHECKING:
    from envcheck.core.events import Emit

_KEPT_LINES = 15
# Package managers ask questions unless they are told that nobody is there.
_UNATTENDED = {"DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_MODE": "a"}


def run(command: str, emit: Emit) -> None:
    """Run one of our own commands in a shell, passing its output on line by line.

    The commands are data of this program (see `envcheck.host.engines`); nothing from a profile
    ever gets into one.

    Raises:
        StepFailed: it could not be run, or exited with anything but 0; its last lines are the
            evidence.
    """
    emit(CommandStarted(command))
    lines: list[str] = []
    with subprocess.Popen(
        ["/bin/sh", "-c", command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, **_UNATTENDED},
    ) as process:
        for line in process.stdout or ():
            lines.append(line.rstrip())
            emit(CommandOutput(lines[-1]))
    if process.returncode != 0:
        raise StepFailed(
            f"`{command}` exited with {process.returncode}",
            id="host.command-failed",
            evidence=tuple(lines[-_KEPT_LINES:]),
        )


def as_root(command: str) -> str:
    """The command as this user must type it to run it as root."""
    if os.geteuid() == 0:
        return command
    return f"sudo sh -c '{command}'" if ">" in command else f"sudo {command}"
