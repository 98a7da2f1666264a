"""MongoDB's greeting, spoken by hand: whether anybody is there that speaks its wire protocol.

https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
"""

from __future__ import annotations

import socket
import struct
import time
from typing import TYPE_CHECKING, Any

from envcheck.services.kind import NotReady

if TYPE_CHECKING:
    from envcheck.services.kind import Access

# Every message begins with: length, request, request that it answers, operation.
_HEADER = struct.Struct("<iiii")
_OP_MSG = 2013
# Then flags, of which none is set, and the kind of the only section: a document.
_SECTION = struct.Struct("<IB")
_LONGEST = 48_000_000  # bytes; the manual's maxMessageSizeBytes


def hello(access: Access) -> dict[str, Any]:
    """Say hello; needs no login.

    Returns:
        what the server says of itself.

    Raises:
        NotReady: no answer in this protocol came within ``access.timeout`` seconds.
    """
    end = time.monotonic() + access.timeout
    try:
        with socket.create_connection((access.host, access.port), access.timeout) as connection:
            connection.sendall(_message({"hello": 1, "$db": "admin"}))
            answer = _answer(connection, end)
    except OSError as error:
        where = f"{access.host}:{access.port}"
        raise NotReady(f"{where}: {error.strerror or error or type(error).__name__}") from error
    if not answer.get("ok"):
        raise NotReady(str(answer.get("errmsg") or "the server does not answer hello with ok"))
    return answer


def _message(document: dict[str, Any]) -> bytes:
    import bson

    body = _SECTION.pack(0, 0) + bson.encode(document)
    return _HEADER.pack(_HEADER.size + len(body), 1, 0, _OP_MSG) + body


def _answer(connection: socket.socket, end: float) -> dict[str, Any]:
    import bson

    length, _, answered, operation = _HEADER.unpack(_read(connection, _HEADER.size, end))
    if (answered, operation) != (1, _OP_MSG) or not _HEADER.size < length <= _LONGEST:
        raise NotReady("what answers does not speak the protocol of MongoDB")
    body = _read(connection, length - _HEADER.size, end)
    try:
        return dict(bson.decode(body[_SECTION.size :]))
    except bson.InvalidBSON as error:
        raise NotReady(f"what answers does not speak the protocol of MongoDB ({error})") from error


def _read(connection: socket.socket, size: int, end: float) -> bytes:
    data = b""
    while len(data) < size:
        connection.settimeout(max(0.001, end - time.monotonic()))
        piece = connection.recv(size - len(data))
        if not piece:
            raise NotReady("the connection was closed before any answer")
        data += piece
    return data
