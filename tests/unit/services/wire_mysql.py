"""A small server that speaks the protocol of MySQL, for tests that need odd answers.

https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping, Sequence

    from tests.unit.services.throwaway import Serve

    Rows = Sequence[Sequence[str | int | None]]

# What a client must know to log in: 4.1 protocol, a password's hash, a database, a way to log in.
_ABLE = 0x00000200 | 0x00008000 | 0x00000008 | 0x00080000 | 0x00000001
_UTF8 = 45
_TEXT, _NUMBER = 253, 8
T = TypeVar("T")
OK = b"\0\0\0\2\0\0\0"


def packet(number: int, body: bytes) -> bytes:
    return struct.pack("<I", len(body))[:3] + bytes([number]) + body


def error(code: int, message: str, state: str = "HY000") -> bytes:
    """A refusal."""
    return b"\xff" + struct.pack("<H", code) + f"#{state}{message}".encode()


def greeting(version: str) -> bytes:
    """What a server says first; it cannot encrypt."""
    salt = b"abcdefgh", b"ijklmnopqrst\0"
    return b"".join(
        (
            *(b"\x0a", version.encode(), b"\0", struct.pack("<I", 1), salt[0], b"\0"),
            *(struct.pack("<H", _ABLE & 0xFFFF), bytes([_UTF8]), struct.pack("<H", 2)),
            *(struct.pack("<H", _ABLE >> 16), bytes([21]), bytes(10), salt[1]),
            b"mysql_native_password\0",
        )
    )


def _text(value: str | int | None) -> bytes:
    if value is None:
        return b"\xfb"
    data = str(value).encode()
    return bytes([len(data)]) + data


def _column(value: str | int | None) -> bytes:
    names = b"".join(_text(text) for text in ("def", "", "", "", "name", "name"))
    kind = _NUMBER if isinstance(value, int) else _TEXT
    return names + struct.pack("<BHIBHBH", 12, _UTF8, 255, kind, 0, 0, 0)


def _result(rows: Rows) -> bytes:
    columns = [_column(value) for value in rows[0]]
    end = b"\xfe\0\0\2\0"
    bodies = [
        *(bytes([len(columns)]), *columns, end),
        *(b"".join(map(_text, row)) for row in rows),
        end,
    ]
    return b"".join(packet(number, body) for number, body in enumerate(bodies, 1))


def mysql(
    answers: Mapping[str, Rows],
    *,
    version: str = "8.4.3",
    refuses: Mapping[str, bytes] | None = None,
    said: list[str] | None = None,
) -> Serve:
    """A server that lets everybody in.

    Args:
        answers: rows by a part of the statement that asks for them; all else is done in silence.
        version: what it greets with.
        refuses: refusals by a part of the statement.
        said: where every statement is noted.
    """

    def serve(connection: socket.socket) -> None:
        connection.sendall(packet(0, greeting(version)))
        if not _read(connection):
            return
        connection.sendall(packet(2, OK))
        while command := _read(connection):
            statement = command[1:].decode()
            if said is not None:
                said.append(statement)
            refusal = _found(statement, refuses or {})
            rows = _found(statement, answers)
            done = _result(rows) if rows else packet(1, OK)
            connection.sendall(packet(1, refusal) if refusal else done)

    return serve


def _found(statement: str, by_part: Mapping[str, T]) -> T | None:
    return next((value for part, value in by_part.items() if part in statement), None)


def refusing(refusal: bytes, *, greets: bool = True) -> Serve:
    """A server that lets nobody in, or does not even greet."""

    def serve(connection: socket.socket) -> None:
        if greets:
            connection.sendall(packet(0, greeting("8.4.3")))
            _read(connection)
        connection.sendall(packet(2 if greets else 0, refusal))

    return serve


def _read(connection: socket.socket) -> bytes:
    """The next packet's body; nothing where the client has gone."""
    head = connection.recv(4)
    if len(head) < 4:
        return b""
    (length,) = struct.unpack("<I", head[:3] + b"\0")
    body = b""
    while len(body) < length:
        body += connection.recv(length - len(body))
    return body
