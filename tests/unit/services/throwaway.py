"""Small servers on this machine, each for one test and gone with it."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from envcheck.services.kind import Access

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Serve = Callable[[socket.socket], None]
    """Talks to one client; the connection is closed when it returns."""

PATIENCE = 0.25
"""Seconds that a probe waits here for a server that says nothing."""


@contextmanager
def server(serve: Serve) -> Iterator[int]:
    """A server that talks to each client as told; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_accept, args=(listener, serve))
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            # A thread that waits for the next client does not hear that its socket is closed.
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _accept(listener: socket.socket, serve: Serve) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, suppress(OSError):
            connection.settimeout(5)
            serve(connection)


def access(
    port: int, environment: Mapping[str, str] | None = None, command: tuple[str, ...] = ()
) -> Access:
    """The way to a server here."""
    return Access("127.0.0.1", port, environment or {}, command, timeout=PATIENCE)


def nobody() -> int:
    """A port that nobody listens on."""
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


def hang_up(_connection: socket.socket) -> None:
    """Close at once, as the proxy before a container does where nobody listens in it."""


def say_nothing(connection: socket.socket) -> None:
    """Keep the client waiting until it goes."""
    while connection.recv(4096):
        pass


def babble(connection: socket.socket) -> None:
    """Answer in no protocol at all."""
    connection.sendall(b"\x00\xff what do you want?\r\n\r\n")
