"""A command in a container whose streams are ours: a line on which both sides talk at any time.

The SDK hands over the bare socket on which the engine goes on after its HTTP answer. Nothing here
blocks: whoever has the line waits for it with ``fileno``.
"""

from __future__ import annotations

import socket
import ssl
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from envcheck.engine.failures import SDK_ERRORS, ours
from envcheck.run.poll import poll

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from envcheck.run.ports import Clock

STDOUT, STDERR = 1, 2
_PIECE = 1 << 16
_HEADER = struct.Struct(">BxxxL")
"""Before each piece where the command has no terminal: which stream, and how many bytes
(docs.docker.com, Engine API, "Attach to a container", stream format)."""

_REFUSED = b"OCI runtime exec failed"
"""What the engine says in the command's place, on its stdout, where it could not be begun."""

_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_SECONDS = 5.0
"""How long the engine may take to know the exit code of a command whose streams have ended."""


class ExecLine:
    """A command that runs in a container.

    Attributes:
        ended: whether nothing more will be received.
        refusal: what came in place of the command, where it could not be begun, it seems.

    Args:
        api: the SDK's low-level client.
        id: the engine's name for the command's run.
        tty: whether it has a terminal, which has one stream only.
    """

    def __init__(self, api: Any, id: str, *, tty: bool) -> None:
        self._api = api
        self._id = id
        self._tty = tty
        self._got = bytearray()
        self._left = 0
        self._stream = STDOUT
        self._first = True
        self.ended = False
        self.refusal = b""
        self._whole, self._socket = _opened(api.exec_start(id, tty=tty, socket=True), self._got)

    def fileno(self) -> int:
        """What becomes readable when there is something to receive."""
        return int(self._socket.fileno())

    def receive(self) -> Iterator[tuple[int, bytes]]:
        """What has come: its stream and its bytes."""
        while not self.ended:
            for stream, piece in self._pieces():
                if self.refusal or (self._first and piece.startswith(_REFUSED)):
                    self.refusal += piece
                else:
                    yield stream, piece
                self._first = False
            try:
                more = self._socket.recv(_PIECE)
            except _NOT_NOW:
                return
            except (OSError, EOFError):  # the engine is gone; who asks for the exit code hears it
                more = b""
            self._got += more
            self.ended = not more

    def _pieces(self) -> Iterator[tuple[int, bytes]]:
        while self._got:
            if self._tty:
                size = len(self._got)
            elif self._left:
                size = min(self._left, len(self._got))
                self._left -= size
            elif len(self._got) >= _HEADER.size:
                self._stream, self._left = _HEADER.unpack_from(self._got)
                del self._got[: _HEADER.size]
                continue
            else:
                return
            piece = bytes(self._got[:size])
            del self._got[:size]
            yield (STDERR if self._stream == STDERR else STDOUT), piece

    def send(self, data: bytes) -> int:
        """Send what can be sent now; how many bytes that were.

        Raises:
            BrokenPipeError: the command takes nothing any more.
        """
        try:
            return int(self._socket.send(data))
        except _NOT_NOW:
            return 0
        except OSError as error:
            raise BrokenPipeError from error

    def close_input(self) -> None:
        """Let the command know that nothing more comes; its output still does."""
        with suppress(OSError):
            if hasattr(self._socket, "shutdown_write"):  # through ssh
                self._socket.shutdown_write()
            else:
                # A TLS socket's own method would end both directions.
                socket.socket.shutdown(self._socket, socket.SHUT_WR)

    def resize(self, rows: int, columns: int) -> bool:
        """Give its terminal another size; whether that was possible, which it is once it runs."""
        try:
            self._api.exec_resize(self._id, height=rows, width=columns)
        except SDK_ERRORS:
            return False
        return True

    @ours("asking how the command ended")
    def exit_code(self, clock: Clock) -> int | None:
        """Its exit code, once its streams have ended; None where the engine never tells it."""

        def ask() -> dict[str, Any] | None:
            found: dict[str, Any] = self._api.exec_inspect(self._id)
            return found if found.get("ExitCode") is not None and not found["Running"] else None

        found = poll(ask, seconds=_SECONDS, clock=clock)
        return int(found["ExitCode"]) if found else None

    def close(self) -> None:
        """Hang up."""
        with suppress(*SDK_ERRORS, OSError, AttributeError):
            self._socket.close()
            self._whole.close()


@ours("running a command in")
def begin(
    name: str,
    api: Any,
    command: Sequence[str],
    environment: Mapping[str, str],
    size: tuple[int, int] | None,
) -> ExecLine:
    """Begin a command in a running container, with these variables besides its own.

    ``size`` is its terminal's, rows and columns; None gives it none.
    """
    tty = size is not None
    wanted = {
        "Cmd": [*command],
        "Env": [f"{name}={value}" for name, value in environment.items()],
        "Tty": tty,
        **dict.fromkeys(("AttachStdin", "AttachStdout", "AttachStderr"), True),
        # Engines before API 1.42 take no notice, and are told when it runs. The SDK knows none of
        # this, so it is asked for the rest only.
        "ConsoleSize": size,
    }
    answer = api._post_json(api._url("/containers/{0}/exec", name), data=wanted)  # noqa: SLF001
    return ExecLine(api, str(api._result(answer, True)["Id"]), tty=tty)  # noqa: FBT003, SLF001


def _opened(given: Any, got: bytearray) -> tuple[Any, Any]:
    """The answer that must be kept, and its socket, made not to block.

    What came in one go with the answer's head is in the buffer of whoever has read that.
    """
    response = given._response  # noqa: SLF001 - put there by the SDK, to be kept
    bare = getattr(given, "_sock", given)  # of the file that Python made of a socket
    bare.settimeout(0)
    buffered = response.raw._fp.fp  # noqa: SLF001 - urllib3 has no other way to it
    with suppress(*_NOT_NOW, AttributeError):
        got += buffered.peek()
    return response, bare
