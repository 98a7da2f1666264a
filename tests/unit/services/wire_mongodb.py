"""A small server that speaks MongoDB's wire protocol, for tests: no real one can be had here.

It is written after MongoDB's manual, not after a recording of a server:
- the protocol: manual/reference/mongodb-wire-protocol (OP_MSG, and OP_QUERY with which libraries
  greet a server whose age they do not know)
- the answers: manual/reference/command/ (hello, ping, buildInfo, connectionStatus, getCmdLineOpts,
  listDatabases, insert, update, delete, find, drop), the codes: manual/reference/error-codes
- logging in: RFC 5802 with SHA-256 (manual/core/security-scram)
What it keeps is a list of documents a collection; of queries it knows equality alone.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import socketserver
import struct
import threading
from base64 import b64decode, b64encode
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import bson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Document = dict[str, Any]

HEADER = struct.Struct("<iiii")
OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013
ITERATIONS = 4096  # the least that libraries accept; a real server has 15000
OPEN = frozenset({"hello", "ismaster", "ping", "connectionstatus", "saslstart", "saslcontinue"})
"""What who has not logged in may say."""


def error(code: int, name: str, message: str) -> Document:
    """A refusal as the manual has it."""
    return {"ok": 0.0, "errmsg": message, "code": code, "codeName": name}


AUTHENTICATION_FAILED = error(18, "AuthenticationFailed", "Authentication failed.")


@dataclass
class Mongod:
    """What a server is set to.

    Attributes:
        users: passwords by name, in the database ``admin``; without any, nobody must log in.
        options: what `getCmdLineOpts` tells of its command.
        refuses: refusals by the command's name.
        kept: documents by database and collection.
        asked: the commands that it got from who was let in, in lower case.
    """

    version: str = "8.0.12"
    users: Mapping[str, str] = field(default_factory=dict)
    options: Document = field(default_factory=dict)
    refuses: Mapping[str, Document] = field(default_factory=dict)
    kept: dict[tuple[str, str], list[Document]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@contextmanager
def serving(mongod: Mongod) -> Iterator[int]:
    """The server on a port of this machine; the port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            _Conversation(mongod, self.request).go_on()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join()


class _Conversation:
    """One client's connection."""

    def __init__(self, mongod: Mongod, connection: Any) -> None:
        self._mongod = mongod
        self._connection = connection
        self._user = ""
        self._scram: _Scram | None = None

    def go_on(self) -> None:
        while head := self._read(HEADER.size):
            length, request, _, operation = HEADER.unpack(head)
            body = self._read(length - HEADER.size)
            if operation == OP_MSG:
                reply = bytes(5) + bson.encode(self._answer(_document(body)))
                self._send(OP_MSG, request, reply)
            elif operation == OP_QUERY:
                query = body[4:].partition(b"\0")[2][8:]  # flags, name of a collection, skip, limit
                reply = struct.pack("<iqii", 8, 0, 0, 1) + bson.encode(
                    self._answer({**bson.decode(query), "$db": "admin"})
                )
                self._send(OP_REPLY, request, reply)

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            try:
                piece: bytes = self._connection.recv(size - len(data))
            except OSError:
                return b""
            if not piece:
                return b""
            data += piece
        return data

    def _send(self, operation: int, request: int, body: bytes) -> None:
        head = HEADER.pack(HEADER.size + len(body), 0, request, operation)
        self._connection.sendall(head + body)

    def _answer(self, asked: Document) -> Document:
        name = next(iter(asked))
        command = name.lower()
        if command in self._mongod.refuses:
            return self._mongod.refuses[command]
        if self._mongod.users and not self._user and command not in OPEN:
            return error(13, "Unauthorized", f"Command {name} requires authentication")
        self._mongod.asked.append(command)
        answer = getattr(self, f"_{command}", None)
        if answer is None:
            return error(59, "CommandNotFound", f"no such command: '{name}'")
        return {"ok": 1.0, **answer(asked)}

    # The commands, each with the fields of the manual that a client may ask for.

    def _hello(self, asked: Document) -> Document:
        name = asked.get("saslSupportedMechs", "").partition(".")[2]
        mechanisms = {"saslSupportedMechs": ["SCRAM-SHA-256"]} if name in self._mongod.users else {}
        return {
            "helloOk": True,
            "isWritablePrimary": True,
            "maxBsonObjectSize": 16777216,
            "maxMessageSizeBytes": 48000000,
            "maxWriteBatchSize": 100000,
            "logicalSessionTimeoutMinutes": 30,
            "connectionId": 1,
            "minWireVersion": 0,
            "maxWireVersion": 25,
            "readOnly": False,
            **mechanisms,
        }

    def _ismaster(self, asked: Document) -> Document:
        return {**self._hello(asked), "ismaster": True}

    def _ping(self, _asked: Document) -> Document:
        return {}

    def _endsessions(self, _asked: Document) -> Document:
        return {}

    def _buildinfo(self, _asked: Document) -> Document:
        return {"version": self._mongod.version, "modules": [], "bits": 64}

    def _connectionstatus(self, _asked: Document) -> Document:
        users = [{"user": self._user, "db": "admin"}] if self._user else []
        roles = [{"role": "root", "db": "admin"}] if self._user else []
        return {"authInfo": {"authenticatedUsers": users, "authenticatedUserRoles": roles}}

    def _getcmdlineopts(self, _asked: Document) -> Document:
        return {"argv": ["mongod", "--bind_ip_all"], "parsed": self._mongod.options}

    def _listdatabases(self, _asked: Document) -> Document:
        names = {"admin", "local", *(name for name, _ in self._mongod.kept)}
        return {"databases": [{"name": name} for name in sorted(names)]}

    def _insert(self, asked: Document) -> Document:
        self._documents(asked).extend(asked["documents"])
        return {"n": len(asked["documents"])}

    def _update(self, asked: Document) -> Document:
        documents = self._documents(asked)
        (update,) = asked["updates"]
        found = [known for known in documents if _fits(known, update["q"])]
        if not found:
            documents.append({**update["q"], **update["u"]})
            return {"n": 1, "nModified": 0, "upserted": [{"index": 0, **update["q"]}]}
        found[0].update(update["u"])
        return {"n": 1, "nModified": 1}

    def _find(self, asked: Document) -> Document:
        known = self._mongod.kept.get((asked["$db"], asked["find"]), [])
        found = [document for document in known if _fits(document, asked.get("filter", {}))]
        namespace = f"{asked['$db']}.{asked['find']}"
        return {"cursor": {"firstBatch": found[:1], "id": bson.Int64(0), "ns": namespace}}

    def _drop(self, asked: Document) -> Document:
        self._mongod.kept.pop((asked["$db"], asked["drop"]), None)
        return {}

    def _documents(self, asked: Document) -> list[Document]:
        collection = asked[next(iter(asked))]
        return self._mongod.kept.setdefault((asked["$db"], collection), [])

    def _saslstart(self, asked: Document) -> Document:
        if asked["mechanism"] != "SCRAM-SHA-256":  # what libraries try where they know of none
            return AUTHENTICATION_FAILED
        self._scram = _Scram(self._mongod.users, asked["payload"])
        return {"conversationId": 1, "done": False, "payload": self._scram.challenge}

    def _saslcontinue(self, asked: Document) -> Document:
        assert self._scram is not None
        if not self._scram.accepts(asked["payload"]):
            return AUTHENTICATION_FAILED
        self._user = self._scram.user
        return {"conversationId": 1, "done": True, "payload": self._scram.signature}


def _document(body: bytes) -> Document:
    """The command of an OP_MSG: its document, and the sequences of documents that may follow it."""
    at = 4  # after the flags
    asked: Document = {}
    while at < len(body):
        kind = body[at]
        (size,) = struct.unpack_from("<i", body, at + 1)
        section = body[at + 1 : at + 1 + size]
        at += 1 + size
        if kind == 0:
            asked = {**bson.decode(section), **asked}
        else:
            name, _, documents = section[4:].partition(b"\0")
            asked[name.decode()] = bson.decode_all(documents)
    return asked


def _fits(document: Document, query: Document) -> bool:
    return all(document.get(name) == value for name, value in query.items())


class _Scram:
    """The server's half of SCRAM-SHA-256, with a salt of its own each time."""

    def __init__(self, users: Mapping[str, str], first: bytes) -> None:
        self._bare = first.decode().removeprefix("n,,")
        parts = _parts(self._bare)
        self.user = parts["n"].replace("=2C", ",").replace("=3D", "=")
        nonce = parts["r"] + secrets.token_hex(12)
        salt = secrets.token_bytes(28)
        password = users.get(self.user, secrets.token_hex(12))
        self._salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ITERATIONS)
        self.challenge = f"r={nonce},s={b64encode(salt).decode()},i={ITERATIONS}".encode()
        self.signature = b""

    def accepts(self, final: bytes) -> bool:
        """Whether the client knows the password; then `signature` shows that the server does."""
        without_proof, _, proof = final.decode().rpartition(",p=")
        said = f"{self._bare},{self.challenge.decode()},{without_proof}".encode()
        key = hmac.digest(self._salted, b"Client Key", "sha256")
        stored = hashlib.sha256(key).digest()
        signature = hmac.digest(stored, said, "sha256")
        offered = bytes(a ^ b for a, b in zip(b64decode(proof), signature, strict=True))
        server_key = hmac.digest(self._salted, b"Server Key", "sha256")
        self.signature = b"v=" + b64encode(hmac.digest(server_key, said, "sha256"))
        return hmac.compare_digest(hashlib.sha256(offered).digest(), stored)


def _parts(message: str) -> dict[str, str]:
    return {part[0]: part[2:] for part in message.split(",")}
