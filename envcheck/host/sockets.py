"""Asking whoever listens at a unix socket whether it is an engine."""

from __future__ import annotations

import contextlib
import socket


def ping(path: str, seconds: float) -> bytes:
    """The first bytes of the answer to an engine's ``/_ping``.

    Raises:
        OSError: nobody listens there, we may not ask, or no answer came in that time.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(seconds)
    with contextlib.closing(connection):
        connection.connect(path)
        connection.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
        return connection.recv(64)
