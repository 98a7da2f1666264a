"""What a container prints, line by line, each with the engine's own time for it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from envcheck.engine.failures import SDK_ERRORS, our_error, ours, symptom
from envcheck.engine.happenings import BREAKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ALL = -1
"""So many lines, where all are wanted."""


_FULL = 16 * 1024
"""Bytes of a piece that is not the end of its line, or more (moby, daemon/logger/copier.go)."""


class LogStream:
    """A container's lines, oldest first, of both its streams.

    Args:
        api: the SDK's low-level client.
        name: the container.
        since: the second since 1970 from which on they are wanted, or None.
        lines: how many of the last ones, or ALL.
        follow: whether those to come are waited for, until the container ends.

    Raises:
        StepFailed: the engine cannot give them.
    """

    def __init__(
        self, api: Any, name: str, *, since: float | None, lines: int, follow: bool
    ) -> None:
        self._name = name
        self._stream, self._tty = _opened(name, api, since, lines, follow=follow)
        self._closed = False

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """The time (RFC 3339, UTC, nanoseconds, so in the order of texts), and the line.

        Raises:
            StepFailed: the engine broke off.
        """
        try:
            yield from joined(_rows(self._stream) if self._tty else self._stream)
        except BREAKS as error:
            if not self._closed and isinstance(error, SDK_ERRORS):
                raise our_error(
                    symptom(error, "ask"), f"reading the log of {self._name}"
                ) from error

    def close(self) -> None:
        """Hear no more."""
        self._closed = True
        with suppress(*BREAKS):
            self._stream.close()


@ours("reading the log of")
def _opened(
    name: str, api: Any, since: float | None, lines: int, *, follow: bool
) -> tuple[Any, bool]:
    tty = bool((api.inspect_container(name).get("Config") or {}).get("Tty"))
    tail = "all" if lines == ALL else lines
    stream = api.logs(name, stream=True, follow=follow, timestamps=True, since=since, tail=tail)
    return stream, tty


def _rows(stream: Iterable[bytes]) -> Iterator[bytes]:
    """What came through a terminal, which has no pieces, as one piece a line."""
    row = bytearray()
    for part in stream:
        row += part
        while (end := row.find(b"\n") + 1) > 0:
            yield bytes(row[:end])
            del row[:end]
    if row:
        yield bytes(row)


def joined(pieces: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """Lines of pieces, each of which begins with its time.

    The engine keeps a long line in several pieces, all but the last of them full. One that is not
    full and has no line's end was the last thing that its container printed.
    """
    time, text = b"", bytearray()
    for piece in pieces:
        at, _, more = piece.partition(b" ")
        time = time or at
        text += more
        if piece.endswith(b"\n") or len(more) < _FULL:
            yield _line(time, text)
            time, text = b"", bytearray()
    if time:
        yield _line(time, text)


def _line(time: bytes, text: bytearray) -> tuple[str, str]:
    return time.decode("ascii", "replace"), text.rstrip(b"\r\n").decode("utf-8", "replace")
