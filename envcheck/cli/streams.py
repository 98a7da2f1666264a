"""The standard streams, wherever they lead: nowhere, to a full disk, to a reader who went away."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO


def ensure_streams() -> None:
    """Give a program that was started without stdout or stderr somewhere to write to."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - to the program's end


def say(text: str, stream: TextIO) -> None:
    """Write a text, as UTF-8 where the stream's encoding cannot hold it: a variable stays itself.

    A reader who went away (`head`) has seen enough.

    Raises:
        OSError: it could not be written.
    """
    try:
        _write(f"{text}\n", stream)
        stream.flush()
    except BrokenPipeError:
        let_go(stream)


def _write(text: str, stream: TextIO) -> None:
    try:
        stream.write(text)
    except UnicodeEncodeError:
        stream.flush()
        stream.buffer.write(text.encode("utf-8", "replace"))


def let_go(stream: TextIO) -> None:
    """Drop what a stream still holds where nobody takes it: at its end Python would complain."""
    try:
        stream.flush()
    except OSError:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)
