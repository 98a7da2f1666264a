"""Running commands on this machine, and telling what they print while they run."""

from __future__ import annotations

import os
import shlex
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
    """Run one of our own commands, passing its output on line by line.

    The command is split into words as a shell would, and no shell is given it: what came into it
    from outside (the name of an instance, of a user) is a word and never more than that. Where a
    shell is needed, the command itself says so: ``sh -c '…'``.

    Raises:
        StepFailed: it could not be run, or exited with anything but 0; its last lines are the
            evidence.
    """
    emit(CommandStarted(command))
    lines: list[str] = []
    with _started(command) as process:
        for line in process.stdout or ():
            lines.append(line.rstrip())
            emit(CommandOutput(lines[-1]))
    if process.returncode != 0:
        raise StepFailed(
            f"`{command}` exited with {process.returncode}",
            id="host.command-failed",
            evidence=tuple(lines[-_KEPT_LINES:]),
        )


def _started(command: str) -> subprocess.Popen[str]:
    try:
        return _popen(shlex.split(command))
    except OSError as error:
        raise StepFailed(
            f"`{command}` could not be run: {error.strerror}", id="host.command-failed"
        ) from error


def _popen(words: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, **_UNATTENDED},
    )


def as_root(command: str) -> str:
    """The command as this user must type it to run it as root."""
    return command if os.geteuid() == 0 else f"sudo {command}"
