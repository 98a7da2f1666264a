"""Memcached: its version in its own words, and a key that comes and goes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from envcheck.core.reference import parse_reference
from envcheck.services.kind import Answer, NotReady
from envcheck.services.memcached import MEMCACHED, dial, probe, servers
from tests.unit.services.throwaway import (
    PATIENCE,
    access,
    babble,
    hang_up,
    nobody,
    say_nothing,
    server,
)

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping
    from typing import BinaryIO

    from envcheck.services.kind import Access
    from tests.unit.services.throwaway import Serve

(WRITABLE,) = (question.ask for question in MEMCACHED.questions if question.id == "writable")


@dataclass
class Memcached:
    """Keeps what it is given; `answers` are other answers than the usual ones, by command."""

    answers: Mapping[str, str] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def __call__(self, connection: socket.socket) -> None:
        """Serve one client until it hangs up."""
        with connection.makefile("rb") as lines:
            while words := lines.readline().decode().split():
                self.told.append(" ".join(words))
                usual = self._usual(words, lines)
                answer = self.answers.get(words[0])
                connection.sendall(usual if answer is None else f"{answer}\r\n".encode())

    def _usual(self, words: list[str], lines: BinaryIO) -> bytes:
        match words:
            case ["version"]:
                return b"VERSION 1.6.38\r\n"
            case ["set", key, _, _, length]:
                self.kept[key] = lines.read(int(length) + 2)
                return b"STORED\r\n"
            case ["get", key]:
                value = self.kept[key]
                return f"VALUE {key} 0 {len(value) - 2}\r\n".encode() + value + b"END\r\n"
            case ["delete", key]:
                del self.kept[key]
                return b"DELETED\r\n"
            case _:
                return b"ERROR\r\n"


def patient(port: int) -> Access:
    """With all the time that an answer needs on a busy machine."""
    return replace(access(port), timeout=5.0)


def test_a_server_that_says_its_version_is_ready() -> None:
    with server(Memcached()) as port:
        assert probe(patient(port)) == Answer("1.6.38")


def test_an_answer_may_come_in_pieces() -> None:
    def serve(connection: socket.socket) -> None:
        assert connection.recv(64) == b"version\r\n"
        for piece in (b"VER", b"SION 1.6", b".38\r", b"\n"):
            connection.sendall(piece)
            time.sleep(0.01)

    with server(serve) as port:
        assert probe(patient(port)) == Answer("1.6.38")


@pytest.mark.parametrize(
    "said", ["ERROR", "CLIENT_ERROR unauthenticated", "SERVER_ERROR out of memory"]
)
def test_a_server_that_says_something_else_is_quoted(said: str) -> None:
    with server(Memcached({"version": said})) as port, pytest.raises(NotReady) as caught:
        probe(patient(port))
    assert str(caught.value) == said


def trickle(connection: socket.socket) -> None:
    """Say one letter after the other and never come to an end."""
    connection.recv(64)
    while True:
        connection.sendall(b"V")
        time.sleep(PATIENCE / 10)


def flood(connection: socket.socket) -> None:
    """Say very much, without a line's end."""
    connection.recv(64)
    while True:
        connection.sendall(b"x" * 65536)


@pytest.mark.parametrize(
    ("serve", "heard"),
    [
        (hang_up, "^(the connection was closed without an answer|Connection reset by peer)$"),
        (babble, "^(\x00\ufffd what do you want\\?|Connection reset by peer)$"),
        (say_nothing, r"^no answer in 0\.25 s$"),
        (trickle, r"^no answer in 0\.25 s$"),
        (flood, "^what answers does not speak the protocol of Memcached$"),
    ],
)
def test_what_is_no_memcached_is_not_ready(serve: Serve, heard: str) -> None:
    begun = time.monotonic()
    with server(serve) as port, pytest.raises(NotReady, match=heard):
        probe(access(port))
    assert time.monotonic() - begun < PATIENCE + 2


def test_where_nobody_listens_is_not_ready() -> None:
    with pytest.raises(NotReady, match=r"^Connection refused$"):
        probe(access(nobody()))


def test_the_variable_alone_is_enough_to_connect() -> None:
    with server(Memcached()) as port:
        value = servers(access(port))
        assert value == f"127.0.0.1:{port}"
        assert dial(value, 5.0) == "Memcached 1.6.38"
        assert dial(f"{value},127.0.0.1:{nobody()}", 5.0) == "Memcached 1.6.38"


def test_writing_leaves_no_key_behind() -> None:
    cache = Memcached(kept={"theirs": b"1\r\n"})
    with server(cache) as port:
        assert WRITABLE(patient(port)) == "a key was written, read and deleted"
    assert cache.kept == {"theirs": b"1\r\n"}
    set_, get, delete = (line.split() for line in cache.told)
    assert set_[1] == get[1] == delete[1]
    assert set_[1].startswith("envcheck-")
    assert 0 < int(set_[3]) <= 60, "should it be left, it goes by itself"


@pytest.mark.parametrize(
    ("answers", "heard"),
    [
        ({"set": "SERVER_ERROR out of memory storing object"}, "^set: SERVER_ERROR out of memory"),
        ({"get": "END"}, "^a key was written, and what was read back is ''$"),
        ({"get": "SERVER_ERROR out of memory"}, "^get: SERVER_ERROR out of memory$"),
        ({"get": "VALUE k 0 5\r\nother\r\nEND"}, "^a key was written, and .* is 'other'$"),
        ({"delete": "NOT_FOUND"}, "^delete: NOT_FOUND$"),
    ],
)
def test_a_key_that_does_not_come_or_go_is_not_writable(
    answers: dict[str, str], heard: str
) -> None:
    with server(Memcached(answers)) as port, pytest.raises(NotReady, match=heard):
        WRITABLE(patient(port))


def test_it_keeps_no_data() -> None:
    assert MEMCACHED.data_path(parse_reference("memcached:1.6.38")) is None
    assert MEMCACHED.marker is None
