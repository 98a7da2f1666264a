"""What the exit code of a container's main process means."""

from __future__ import annotations

import signal

_KILLED_BY = 128  # a shell's and Docker's code for a process that a signal ended: this plus it
_MEANINGS = {
    0: "it ended by itself, without an error",
    126: "its command cannot be executed",
    127: "its command was not found",
}
_SIGNALS = {
    signal.SIGINT: "it was interrupted",
    signal.SIGILL: "it used an instruction that this processor does not have",
    signal.SIGABRT: "it gave up by itself",
    signal.SIGBUS: "it crashed",
    signal.SIGFPE: "it crashed",
    signal.SIGKILL: "it was killed",
    signal.SIGSEGV: "it crashed",
    signal.SIGTERM: "it was told to stop",
}


def meaning(code: int) -> str:
    """The meaning in a few words, or nothing where only the program itself knows it.

    126, 127 and 128 plus a signal's number are the convention of shells, which Docker follows
    (docs.docker.com, "docker container run", exit status).
    """
    if code in _MEANINGS:
        return _MEANINGS[code]
    by = next((each for each in _SIGNALS if each + _KILLED_BY == code), None)
    return f"{_SIGNALS[by]} ({by.name})" if by else ""
