"""Our standard streams, or our terminal, at one end of a line; a command elsewhere at the other."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import tty
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

_STDIN = 0
STDOUT = 1
_PIECE = 1 << 16
_AGAIN = 0.05
"""Seconds after which a command is told the terminal's size again: it may not run yet."""


class Line(Protocol):
    """What leads to the command; nothing of it waits."""

    ended: bool

    def fileno(self) -> int:
        """What becomes readable when there is something to receive."""

    def receive(self) -> Iterator[tuple[int, bytes]]:
        """What has come: 1 for stdout or 2 for stderr, and the bytes."""

    def send(self, data: bytes) -> int:
        """Send what can be sent now; how many bytes. BrokenPipeError: nothing is taken any more."""

    def close_input(self) -> None:
        """Let the command know that nothing more comes."""

    def resize(self, rows: int, columns: int) -> bool:
        """Give its terminal another size; whether that was possible."""


def terminal_size() -> tuple[int, int] | None:
    """Rows and columns, where somebody types and reads here; None without a terminal."""
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        return None
    size = os.get_terminal_size(_STDIN)
    return size.lines, size.columns


def talk(line: Line, *, terminal: bool) -> None:
    """Pass on what is read here and what is said there, until that ends.

    Args:
        line: leads to the command.
        terminal: whether it has a terminal, which is ours: every key is the command's then, and it
            is told of each new size.

    Raises:
        BrokenPipeError: who reads our output went away.
    """
    sys.stdout.flush()
    with ExitStack() as stack:
        stack.enter_context(_raw_terminal()) if terminal else None
        sizes = stack.enter_context(_new_sizes()) if terminal else None
        _Talk(line, sizes).through()


class _Talk:
    def __init__(self, line: Line, sizes: int | None) -> None:
        self._line = line
        self._sizes = sizes
        self._size_told = sizes is None
        self._waiting = b""
        self._reading = True

    def through(self) -> None:
        while True:
            for stream, piece in self._line.receive():
                write(stream, piece)
            if self._line.ended:
                return
            self._tell_size()
            self._wait()
            self._send()

    def _wait(self) -> None:
        """Until there is something to do, and take what there is to read here."""
        readers: list[int] = [self._line.fileno()]
        readers += [_STDIN] if self._reading and not self._waiting else []
        readers += [self._sizes] if self._sizes is not None else []
        writers = [self._line.fileno()] if self._waiting else []
        limit = None if self._size_told else _AGAIN
        ready, _, _ = select.select(readers, writers, [], limit)
        if self._sizes in ready and self._sizes is not None:
            os.read(self._sizes, _PIECE)
            self._size_told = False
        if _STDIN in ready:
            self._read()

    def _read(self) -> None:
        try:
            self._waiting = os.read(_STDIN, _PIECE)
        except OSError:  # a terminal that is gone, or one that others read from
            self._waiting = b""
        if not self._waiting:
            self._end_of_input()

    def _send(self) -> None:
        try:
            while self._waiting and (sent := self._line.send(self._waiting)):
                self._waiting = self._waiting[sent:]
        except BrokenPipeError:  # it takes nothing more; what it says is still heard
            self._waiting, self._reading = b"", False

    def _end_of_input(self) -> None:
        self._reading = False
        self._line.close_input()

    def _tell_size(self) -> None:
        if not self._size_told:
            with suppress(OSError):
                size = os.get_terminal_size(_STDIN)
                self._size_told = self._line.resize(size.lines, size.columns)


def write(stream: int, data: bytes) -> None:
    """Write all of it.

    Raises:
        BrokenPipeError: who reads it went away.
    """
    while data:
        # Somebody who shares our terminal may have made it one that does not wait.
        select.select([], [stream], [])
        with suppress(BlockingIOError):
            data = data[os.write(stream, data) :]


@contextmanager
def _raw_terminal() -> Iterator[None]:
    """Every key as it is, Ctrl-C too; as it was before, however it ends."""
    before = termios.tcgetattr(_STDIN)
    tty.setraw(_STDIN, termios.TCSADRAIN)
    try:
        yield
    finally:
        with suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(_STDIN, termios.TCSADRAIN, before)


@contextmanager
def _new_sizes() -> Iterator[int]:
    """A file that becomes readable when the terminal has another size."""
    heard, told = os.pipe()
    os.set_blocking(told, False)

    def tell(_number: int, _frame: object) -> None:
        with suppress(BlockingIOError):  # one that is not read yet says it all
            os.write(told, b"!")

    before = signal.signal(signal.SIGWINCH, tell)
    try:
        yield heard
    finally:
        signal.signal(signal.SIGWINCH, before)
        os.close(heard)
        os.close(told)
