"""Running a command to its end, and waiting for a condition."""

from __future__ import annotations

import shlex
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

POLL_SECONDS = 0.02
TAIL_CHARACTERS = 2000


class LabError(Exception):
    """The lab could not be set up or taken down; the message holds the evidence."""


def run(*argv: str | Path, timeout: float = 60.0, env: Mapping[str, str] | None = None) -> str:
    """Run a command without input and return what it wrote to stdout.

    Args:
        *argv: the program and its arguments.
        timeout: seconds it may take.
        env: its whole environment; ours when left out.

    Raises:
        LabError: it cannot be started, failed, or took too long.
    """
    words = [str(word) for word in argv]
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            env=env,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LabError(f"`{shlex.join(words)}`: {error}") from error
    if done.returncode != 0:
        evidence = (done.stderr or done.stdout).strip()[-TAIL_CHARACTERS:]
        raise LabError(f"`{shlex.join(words)}` ended with {done.returncode}: {evidence}")
    return done.stdout


def wait_until(condition: Callable[[], bool], what: str, timeout: float = 10.0) -> None:
    """Ask again and again until the condition holds.

    Args:
        condition: asked every 20 ms; may raise to end the wait at once.
        what: what is waited for, for the error message.
        timeout: seconds until giving up.

    Raises:
        LabError: it did not come true in time.
    """
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise LabError(f"waited {timeout:g} s in vain for {what}")
        time.sleep(POLL_SECONDS)


def tail(log: Path) -> str:
    """The last lines of a log file, as evidence for an error; empty if there is none."""
    try:
        return log.read_text(errors="replace")[-TAIL_CHARACTERS:].strip()
    except OSError:
        return ""
