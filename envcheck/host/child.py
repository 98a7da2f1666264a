"""A command of the user's, which has our terminal and our streams while it runs.

It stays in our process group: so the terminal's own signals (Ctrl-C, Ctrl-Z, a new size) reach it
as they would without us, and a shell that stops or continues us stops or continues it.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import termios
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envcheck.core.errors import Fix, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

NOT_FOUND = 127
NOT_EXECUTABLE = 126
_BY_SIGNAL = 128
"""What shells exit with (POSIX, "Exit Status for Commands"): the last one plus the signal."""

_OF_THE_TERMINAL = (signal.SIGINT, signal.SIGQUIT)
_PASSED_ON = (
    *_OF_THE_TERMINAL,
    *(signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2),
)


class NotRunnable(UsageError):
    """A command that cannot be run; ``code`` is what a shell would exit with."""

    def __init__(self, what: str, code: int, fix: Fix | None = None) -> None:
        super().__init__(what, id="run.command", fix=fix)
        self.code = code


def look_for(command: str, environment: Mapping[str, str]) -> None:
    """See that a command is there, before work is done for it.

    Raises:
        NotRunnable: it is not, or may not be executed.
    """
    path = environment.get("PATH", os.defpath)
    if shutil.which(command, path=path):
        return
    here = Path(command)
    if os.sep in command and here.is_dir():
        raise NotRunnable(f"{command} is a folder, and no command", NOT_EXECUTABLE)
    if os.sep in command and here.exists():
        fix = Fix("allow it to be executed", (f"chmod +x {command}",))
        raise NotRunnable(f"{command} may not be executed", NOT_EXECUTABLE, fix)
    where = "there is no such file" if os.sep in command else "it is in no folder of PATH"
    raise NotRunnable(f"the command {command} was not found: {where}", NOT_FOUND)


def run(words: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end, with our streams and all of these variables.

    What we are told to end with while it runs is passed on to it, and it is waited for: it has to
    know what to do. What the terminal told the both of us is not told again.

    Returns:
        Its exit code; of one that a signal has ended, 128 and the signal's number.

    Raises:
        NotRunnable: it could not be started.
    """
    with _terminal_lent() as restore, _signals_passed_on() as relay:
        process = _started(words, environment)
        relay.begin(process)
        code = process.wait()
        if code >= 0:
            return code
        restore()
        return _BY_SIGNAL - code


def _started(words: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        # What a shell has opened for it, such as <(…), is passed on; what is ours is never open to
        # a child.
        return subprocess.Popen([*words], env=dict(environment), close_fds=False)
    except OSError as error:
        if error.errno == errno.ENOENT:
            what = f"{words[0]}, or what its first line names, was not found"
            raise NotRunnable(what, NOT_FOUND) from error
        if error.errno == errno.ENOEXEC:
            what = f"{words[0]} is no program, and its first line names none (#!/bin/sh)"
            raise NotRunnable(what, NOT_EXECUTABLE) from error
        what = f"{words[0]} could not be run: {error.strerror}"
        raise NotRunnable(what, NOT_EXECUTABLE) from error


class _Relay:
    """Passes signals on to a process; those that come before it has begun, when it has."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []
        self.hung_up = False

    def begin(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        for number in self._early:
            process.send_signal(number)

    def handle(self, number: int, _frame: FrameType | None) -> None:
        self.hung_up |= number == signal.SIGHUP
        if number in _OF_THE_TERMINAL and _is_foreground():
            return  # typed: the terminal has told the whole group
        if self._process is None:
            self._early.append(number)
        else:
            self._process.send_signal(number)


@contextmanager
def _signals_passed_on() -> Iterator[_Relay]:
    relay = _Relay()
    # What is ignored here is ignored by the child as well, as under `nohup`.
    heard = [each for each in _PASSED_ON if signal.getsignal(each) is not signal.SIG_IGN]
    before = {each: signal.signal(each, relay.handle) for each in heard}
    try:
        yield relay
    finally:
        for each, handler in before.items():
            # A terminal that is gone is gone once: what follows here is not to end with it.
            ignored = each == signal.SIGHUP and relay.hung_up
            signal.signal(each, signal.SIG_IGN if ignored else handler or signal.SIG_DFL)


@contextmanager
def _own_terminal() -> Iterator[int | None]:
    """The terminal that signals come from, whatever the streams are; None where there is none."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        yield None
        return
    try:
        yield terminal
    finally:
        os.close(terminal)


def _is_foreground() -> bool:
    """Whether what is typed at the terminal concerns our process group."""
    with _own_terminal() as terminal, suppress(OSError):
        return terminal is not None and os.tcgetpgrp(terminal) == os.getpgrp()
    return False


@contextmanager
def _terminal_lent() -> Iterator[Callable[[], None]]:
    """Have the terminal back at the end; gives what undoes the modes that it was left in.

    A shell, for one, makes its own group the foreground: killed, it leaves the terminal to nobody.
    """
    with _own_terminal() as terminal:
        if terminal is None or not _is_foreground():
            yield lambda: None
            return
        modes = termios.tcgetattr(terminal)
        try:
            yield lambda: _taken_back(terminal, modes)
        finally:
            if not _is_foreground():
                _taken_back(terminal, None)


def _taken_back(terminal: int, modes: list[Any] | None) -> None:
    """Be the terminal's foreground group again, with these modes."""
    # Who is in the background is stopped for either, unless this is ignored.
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    try:
        with suppress(OSError, termios.error):  # the terminal may be gone
            os.tcsetpgrp(terminal, os.getpgrp())
            if modes is not None:
                termios.tcsetattr(terminal, termios.TCSADRAIN, modes)
    finally:
        signal.signal(signal.SIGTTOU, before)
