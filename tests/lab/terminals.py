"""Running a command with or without a terminal, and ending all of it when its time is up."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import subprocess
import termios
import time
from contextlib import suppress

from .ending import end_group

CHUNK_BYTES = 65536
POLL_SECONDS = 0.02
ROWS, COLUMNS = 24, 80


def piped(argv: list[str], text: str | None, timeout: float) -> subprocess.CompletedProcess[str]:
    """Run a command with its output in pipes.

    Args:
        argv: the program and its arguments.
        text: what it reads from stdin; nothing if None.
        timeout: seconds it may take.

    Raises:
        subprocess.TimeoutExpired: it took too long; it and its process group were killed.
    """
    stdin = subprocess.DEVNULL if text is None else subprocess.PIPE
    with subprocess.Popen(
        argv,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            stdout, stderr = process.communicate(text, timeout)
        except BaseException:
            end_group(process)
            raise
    return subprocess.CompletedProcess(argv, process.returncode, stdout, stderr)


def on_terminal(
    argv: list[str], text: str | None, timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run a command on a pseudo terminal; stdout holds all that it showed, stderr is empty.

    Args:
        argv: the program and its arguments.
        text: what is typed at it from the start.
        timeout: seconds it may take.

    Raises:
        subprocess.TimeoutExpired: it took too long; it was killed and its terminal hung up.
    """
    ours, theirs = os.openpty()
    # A terminal without a size makes programs guess, each in its own way.
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    process = subprocess.Popen(
        argv, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    try:
        os.close(theirs)
        os.write(ours, (text or "").encode())
        shown = _watch(ours, process, timeout)
    finally:
        end_group(process)
        os.close(ours)
    return subprocess.CompletedProcess(argv, process.returncode, shown.decode(errors="replace"), "")


def _watch(terminal: int, process: subprocess.Popen[bytes], timeout: float) -> bytes:
    """Collect what is shown until the process has ended.

    Raises:
        subprocess.TimeoutExpired: it did not end in time.
    """
    shown = bytearray()
    deadline = time.monotonic() + timeout
    ended = False
    while not ended:
        # Asked before the last look at the terminal, or its last words could be missed.
        ended = process.poll() is not None
        _drain(terminal, shown)
        if not ended and time.monotonic() > deadline:
            raise subprocess.TimeoutExpired(process.args, timeout, bytes(shown))
    return bytes(shown)


def _drain(terminal: int, shown: bytearray) -> None:
    """Take what there is to read, waiting a moment for more."""
    # The kernel answers with an error while nobody has the other end open.
    with suppress(OSError):
        while select.select([terminal], [], [], POLL_SECONDS)[0]:
            shown += os.read(terminal, CHUNK_BYTES)
