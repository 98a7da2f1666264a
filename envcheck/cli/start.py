"""Where the program starts. An interrupt while it is still being loaded ends it without a word.

Loading takes a third of a second; until a task runs nothing has been done that could be told.
"""

from __future__ import annotations

import os
import signal
import sys

_INTERRUPTED = 130


def main() -> None:
    """The console script ``envcheck``: the user tasks, wherever it is called."""
    _prepare()
    _complete()
    from envcheck.cli.program import main as run

    run()


def inv() -> None:
    """What ``./inv`` runs: the tasks of the folder's own tasks.py."""
    _prepare()
    from envcheck.cli.program import inv as run

    run()


def _complete() -> None:
    """Answer a shell that asks what may follow, and end: Invoke is not loaded for that."""
    if sys.argv[1:2] == ["--complete"]:
        from envcheck.cli.completing import answer, asked

        if asked(sys.argv):
            answer(sys.argv)
            sys.exit(0)


def _prepare() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _leave)


def leave_no_more() -> None:
    """From here on signals mean what they do in any program: a task runs."""
    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGTERM) is _leave:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _leave(_number: int, _frame: object) -> None:
    sys.stderr.write("\n")
    os._exit(_INTERRUPTED)
