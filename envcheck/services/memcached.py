"""Memcached: ready when it says its version, in its own text protocol.

https://github.com/memcached/memcached/blob/master/doc/protocol.txt
"""

from __future__ import annotations

import secrets
import socket
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.services.kind import Access, Answer, Kind, NotReady, Question

if TYPE_CHECKING:
    from collections.abc import Iterator

_END = b"\r\n"
_LONGEST = 2048
"""Bytes of a line; the protocol's own lines are far shorter."""

_MOMENT = 10
"""Seconds after which a key of ours goes by itself, should nobody be left to delete it."""


def servers(access: Access) -> str:
    """HOST:PORT, which is how clients of Memcached are told of servers."""
    return f"{access.host}:{access.port}"


def probe(access: Access) -> Answer:
    """Ask for the server's version.

    Raises:
        NotReady: it did not say; the text is what it said instead.
    """
    with _connected(access.host, access.port, access.timeout) as line:
        return Answer(_version(line))


def dial(value: str, seconds: float) -> str:
    """Ask the first of the servers that a program is told of for its version.

    Raises:
        NotReady: it did not say.
    """
    host, _, port = value.partition(",")[0].rpartition(":")
    with _connected(host, int(port), seconds) as line:
        return f"Memcached {_version(line)}"


def _writable(access: Access) -> str:
    key, word = f"envcheck-{secrets.token_hex(8)}", secrets.token_hex(8)
    with _connected(access.host, access.port, access.timeout) as line:
        _expect(line, f"set {key} 0 {_MOMENT} {len(word)}\r\n{word}", "STORED")
        if (found := _read(line, key)) != word:
            raise NotReady(f"a key was written, and what was read back is {found!r}")
        _expect(line, f"delete {key}", "DELETED")
    return "a key was written, read and deleted"


def _version(line: _Line) -> str:
    word, _, version = line.ask("version").partition(" ")
    if word != "VERSION":
        raise NotReady(f"{word} {version}".strip())
    return version


def _read(line: _Line, key: str) -> str:
    """The word under a key; nothing where there is none."""
    said = line.ask(f"get {key}")
    if said == "END":
        return ""
    if not said.startswith("VALUE "):
        raise NotReady(f"get: {said}")
    word = line.hear()
    line.hear()  # END
    return word


def _expect(line: _Line, command: str, answer: str) -> None:
    said = line.ask(command)
    if said != answer:
        raise NotReady(f"{command.partition(' ')[0]}: {said}")


@dataclass
class _Line:
    """A connection on which one side speaks after the other, until ``end`` by the clock."""

    connection: socket.socket
    end: float
    heard: bytes = b""

    def ask(self, command: str) -> str:
        """Send a command; the first line of the answer."""
        self.connection.sendall(command.encode() + _END)
        return self.hear()

    def hear(self) -> str:
        """One more line of the answer."""
        while _END not in self.heard:
            if len(self.heard) > _LONGEST:
                raise NotReady("what answers does not speak the protocol of Memcached")
            self.connection.settimeout(max(self.end - time.monotonic(), 0.001))
            piece = self.connection.recv(_LONGEST)
            if not piece:
                raise NotReady("the connection was closed without an answer")
            self.heard += piece
        line, _, self.heard = self.heard.partition(_END)
        return line.decode("utf-8", "replace")


@contextmanager
def _connected(host: str, port: int, seconds: float) -> Iterator[_Line]:
    end = time.monotonic() + seconds
    try:
        with socket.create_connection((host, port), seconds) as connection:
            yield _Line(connection, end)
    except TimeoutError as error:
        raise NotReady(f"no answer in {seconds:g} s") from error
    except OSError as error:
        raise NotReady(error.strerror or str(error)) from error


MEMCACHED = Kind(
    name="memcached",
    product="Memcached",
    images=("memcached",),
    port=11211,
    variable="MEMCACHE_SERVERS",
    url=servers,
    probe=probe,
    dial=dial,
    questions=(Question("writable", "writable", _writable),),
)
