"""Redis: ready when it answers PONG, and says its version."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, BinaryIO

import pytest

from envcheck.services.kind import Answer, NotReady
from envcheck.services.redis import REDIS, probe, url
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

    from tests.unit.services.throwaway import Serve

INFO = "# Server\r\nredis_version:8.0.2\r\nredis_mode:standalone\r\n"


def redis(**answers: str) -> Serve:
    """A Redis that gives these answers to commands, by their first word; OK to all others."""

    def serve(connection: socket.socket) -> None:
        with connection.makefile("rb") as lines:
            while count := lines.readline():
                words = [_word(lines) for _ in range(int(count[1:]))]
                connection.sendall(answers.get(words[0].upper(), "+OK\r\n").encode())

    return serve


def _word(lines: BinaryIO) -> str:
    lines.readline()  # its length
    return lines.readline().strip().decode()


def bulk(text: str) -> str:
    return f"${len(text)}\r\n{text}\r\n"


def test_a_server_that_says_pong_is_ready_with_its_version() -> None:
    with server(redis(PING="+PONG\r\n", INFO=bulk(INFO))) as port:
        assert probe(access(port)) == Answer("8.0.2")


@pytest.mark.parametrize("info", ["-NOPERM this user has no permissions\r\n", bulk("# Server\r\n")])
def test_a_server_that_does_not_tell_its_version_is_ready_all_the_same(info: str) -> None:
    with server(redis(PING="+PONG\r\n", INFO=info)) as port:
        assert probe(access(port)) == Answer("")


@pytest.mark.parametrize(
    ("answer", "heard"),
    [
        ("-LOADING Redis is loading the dataset in memory\r\n", "loading the dataset"),
        ("-NOAUTH Authentication required.\r\n", "Authentication required"),
        ("-MISCONF cannot write\r\n", "MISCONF"),
    ],
)
def test_a_server_that_says_no_is_not_ready_and_is_quoted(answer: str, heard: str) -> None:
    with server(redis(PING=answer)) as port, pytest.raises(NotReady, match=heard):
        probe(access(port))


def test_the_password_of_its_command_is_used() -> None:
    seen: list[str] = []

    def serve(connection: socket.socket) -> None:
        seen.append(connection.recv(4096).decode())

    with server(serve) as port, pytest.raises(NotReady):
        probe(access(port, command=("redis-server", "--requirepass", "hunter2")))
    assert "AUTH" in seen[0]
    assert "hunter2" in seen[0]


@pytest.mark.parametrize("serve", [hang_up, babble, say_nothing])
def test_what_is_no_redis_is_not_ready(serve: Serve) -> None:
    begun = time.monotonic()
    with server(serve) as port, pytest.raises(NotReady, match=r"\S"):
        probe(access(port))
    assert time.monotonic() - begun < PATIENCE + 2


def test_where_nobody_listens_is_not_ready_after_one_attempt() -> None:
    begun = time.monotonic()
    with pytest.raises(NotReady, match="refused"):
        probe(access(nobody()))
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("command", "address"),
    [
        ((), "redis://127.0.0.1:6379/0"),
        (("redis-server",), "redis://127.0.0.1:6379/0"),
        (("redis-server", "--requirepass", "a/b@c:d"), "redis://:a%2Fb%40c%3Ad@127.0.0.1:6379/0"),
    ],
)
def test_the_address_holds_the_password_that_a_url_can_hold(
    command: tuple[str, ...], address: str
) -> None:
    assert url(access(6379, command=command)) == address


def test_its_data_is_where_the_official_image_has_it() -> None:
    from envcheck.core.reference import parse_reference

    assert REDIS.data_path(parse_reference("redis:8.0.2")) == "/data"
