"""The few words of the Docker API that the lab itself speaks, over the engine's socket."""

from __future__ import annotations

import http.client
import json
import socket
from contextlib import closing
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

ANSWER_SECONDS = 5.0


class _SocketConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=ANSWER_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def get(path: Path, address: str) -> bytes:
    """The body of the engine's answer to GET.

    Raises:
        OSError: nobody answers, or the answer is not a 200.
    """
    with closing(_SocketConnection(path)) as connection:
        try:
            connection.request("GET", address)
            answer = connection.getresponse()
            body = answer.read()
        except http.client.HTTPException as error:
            raise OSError(f"{address}: {error}") from error
    if answer.status != http.client.OK:
        raise OSError(f"{address}: {answer.status} {body.decode(errors='replace')}")
    return body


def answers(path: Path) -> bool:
    """Whether the engine answers ``/_ping``."""
    try:
        return get(path, "/_ping") == b"OK"
    except OSError:
        return False


def version(path: Path) -> str:
    """The engine's own version, such as ``28.5.2``.

    Raises:
        OSError: it does not answer.
    """
    told: dict[str, Any] = json.loads(get(path, "/version"))
    return str(told["Version"])
