"""A program behind a real terminal: what is typed at it, what it shows, and how it ends."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .ending import end_group

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_SECONDS = 60.0
_PIECE = 65536
_WHERE = b"\x1b[6n"
# The terminal on stdin becomes its own: only so does it get Ctrl-C and SIGWINCH from it. A shell
# that runs us in the background has interrupts ignored, which children inherit.
_TAKE = """
import fcntl, os, signal, sys, termios
signal.signal(signal.SIGINT, signal.SIG_DFL)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


@dataclass
class Terminal:
    """A terminal with a program behind it."""

    process: subprocess.Popen[bytes]
    line: int
    shown: str = ""
    _raw: bytearray = field(default_factory=bytearray)

    def type(self, text: str) -> None:
        """Type a text; what Ctrl-C types is character 3."""
        os.write(self.line, text.encode())

    def resize(self, rows: int, columns: int) -> None:
        """Give it another size."""
        fcntl.ioctl(self.line, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def until(self, text: str) -> None:
        """Wait until it shows a text that it did not show before the last such wait."""
        deadline = time.monotonic() + _SECONDS
        while text not in self.shown:
            assert time.monotonic() < deadline, f"{text!r} was not shown, but {self.shown!r}"
            if not self._look() and self.process.poll() is not None and not self._look():
                raise AssertionError(f"{text!r} was not shown, but it ended: {self.shown!r}")
        self.shown = self.shown.partition(text)[2]

    def end(self) -> int:
        """Wait until it has ended; its exit code."""
        deadline = time.monotonic() + _SECONDS
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"it did not end: {self.shown!r}"
            self._look()
        while self._look():
            pass
        return self.process.returncode

    def modes(self) -> list[object]:
        """The terminal's modes: raw or not, echo or not."""
        return [*termios.tcgetattr(self.line)]

    def _look(self) -> bool:
        """Take what there is to read, waiting a moment for it."""
        with suppress(OSError):  # while nobody has the other end open
            if select.select([self.line], [], [], 0.02)[0]:
                self._raw += os.read(self.line, _PIECE)
                if _WHERE in self._raw:  # who does not know the size yet asks for it so
                    os.write(self.line, b"\x1b[24;80R")
                self.shown += self._raw.decode("utf-8", "ignore")
                self._raw.clear()
                return True
        return False


@contextmanager
def behind_terminal(
    words: Sequence[str], environment: Mapping[str, str], folder: Path | None = None
) -> Iterator[Terminal]:
    """Run a program behind a terminal of its own during the context."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", _TAKE, *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env=dict(environment),
        cwd=folder,
    )
    try:
        os.close(theirs)
        yield Terminal(process, ours)
    finally:
        end_group(process)
        os.close(ours)
