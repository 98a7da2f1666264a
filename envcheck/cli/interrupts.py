"""Signals: the first one ends the run in good order, the second one at once."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from envcheck.core.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_STDERR = 2


@contextmanager
def interruptible(remains: Callable[[], Sequence[str]]) -> Iterator[None]:
    """Raise KeyboardInterrupt at the first signal, and leave the program at the second.

    Args:
        remains: what is told then: what may still be there, and how it is removed.
    """
    seen: list[int] = []

    def handle(number: int, _frame: FrameType | None) -> None:
        if not seen:
            seen.append(number)
            raise KeyboardInterrupt
        # Not through any stream or reporter: one of them may be what does not end.
        text = "\n".join(("", "envcheck: stopped at once.", *remains(), ""))
        os.write(_STDERR, text.encode("utf-8", "replace"))
        os._exit(int(ExitCode.INTERRUPTED))

    # Who is run in the background by a shell has Ctrl-C ignored, and leaves it so.
    heard = [each for each in _SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]
    before = {each: signal.signal(each, handle) for each in heard}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler or signal.SIG_DFL)
