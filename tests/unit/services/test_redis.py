"""Redis: ready when it answers PONG, and says its version."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, BinaryIO

import pytest

from envcheck.services.kind import Answer, KeepsNothing, NotReady
from envcheck.services.redis import REDIS, dial, probe, scratch, url
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


def redis(asked: list[str] | None = None, /, **answers: str) -> Serve:
    """A Redis that gives these answers to commands; OK to all others.

    Args:
        asked: hears every command.
        answers: by a command's first word, or by its words with ``_`` between them.
    """

    def serve(connection: socket.socket) -> None:
        with connection.makefile("rb") as lines:
            while count := lines.readline():
                words = [_word(lines) for _ in range(int(count[1:]))]
                if asked is not None:
                    asked.append(" ".join(words))
                names = ("_".join(words).upper(), words[0].upper())
                answer = next((answers[name] for name in names if name in answers), "+OK\r\n")
                connection.sendall(answer.encode())

    return serve


def _word(lines: BinaryIO) -> str:
    lines.readline()  # its length
    return lines.readline().strip().decode()


def bulk(text: str) -> str:
    return f"${len(text)}\r\n{text}\r\n"


def setting(name: str, value: str) -> str:
    return f"*2\r\n{bulk(name)}{bulk(value)}"


def test_a_server_that_says_pong_is_ready_with_its_version_and_the_folder_of_its_data() -> None:
    found = redis(PING="+PONG\r\n", INFO=bulk(INFO), CONFIG=setting("dir", "/data"))
    with server(found) as port:
        assert probe(access(port)) == Answer("8.0.2", "/data")


def test_where_its_data_is_may_not_be_asked_by_everybody() -> None:
    no = "-NOPERM this user has no permissions to run the 'config|get' command\r\n"
    with server(redis(PING="+PONG\r\n", INFO=bulk(INFO), CONFIG=no)) as port:
        assert probe(access(port)) == Answer("8.0.2")


def test_the_address_alone_is_enough_to_connect() -> None:
    with server(redis(PING="+PONG\r\n")) as port:
        assert dial(f"redis://127.0.0.1:{port}/3", PATIENCE) == "database 3 answers PONG"
    with pytest.raises(NotReady, match="refused"):
        dial(f"redis://127.0.0.1:{nobody()}/0", PATIENCE)


@pytest.mark.parametrize(
    ("question", "answers", "said"),
    [
        ("credentials", {"ACL": bulk("app")}, "app logs in and is asked for no password"),
        ("credentials", {"ACL": "-ERR unknown command\r\n"}, "everybody logs in and"),
        ("database", {"DBSIZE": ":1\r\n"}, "database 0 holds 1 key"),
        ("database", {"DBSIZE": ":12\r\n"}, "database 0 holds 12 keys"),
    ],
)
def test_a_question_is_answered_in_a_few_words(
    question: str, answers: dict[str, str], said: str
) -> None:
    (ask,) = (each.ask for each in REDIS.questions if each.id == question)
    with server(redis(PING="+PONG\r\n", **answers)) as port:
        assert ask(access(port)).startswith(said)


def test_a_server_that_takes_no_writes_is_quoted() -> None:
    no = "-READONLY You can't write against a read only replica.\r\n"
    writable = REDIS.questions[-1]
    with (
        server(redis(EXEC=no)) as port,
        pytest.raises(NotReady, match="can't write against a read only"),
    ):
        writable.ask(access(port))


def test_a_word_that_reads_otherwise_than_it_was_written_is_no_write() -> None:
    exec_ = f"*3\r\n+OK\r\n{bulk('else')}:1\r\n"
    writable = REDIS.questions[-1]
    with (
        server(redis(SET="+QUEUED\r\n", GET="+QUEUED\r\n", DEL="+QUEUED\r\n", EXEC=exec_)) as port,
        pytest.raises(NotReady, match="what was read back is 'else'"),
    ):
        writable.ask(access(port))


def test_a_server_that_keeps_all_in_memory_is_given_no_word() -> None:
    asked: list[str] = []
    settings = {
        "CONFIG_GET_SAVE": setting("save", ""),
        "CONFIG_GET_APPENDONLY": setting("appendonly", "no"),
    }
    marker = REDIS.marker
    assert marker is not None
    with (
        server(redis(asked, **settings)) as port,
        pytest.raises(KeepsNothing, match="in memory only"),
    ):
        marker.write(access(port), "word")
    assert not any(command.startswith("SET") for command in asked)


@pytest.mark.parametrize(
    "settings",
    [
        {"CONFIG_GET_SAVE": setting("save", "3600 1")},
        {"CONFIG_GET_APPENDONLY": setting("appendonly", "yes")},
        {"CONFIG": "-NOPERM\r\n"},
    ],
)
def test_a_word_goes_by_itself_should_nobody_be_left_to_remove_it(settings: dict[str, str]) -> None:
    asked: list[str] = []
    marker = REDIS.marker
    assert marker is not None
    with server(redis(asked, **settings)) as port:
        marker.write(access(port), "word")
    assert "SET envcheck:marker word EX 3600" in asked


def test_a_snapshot_that_holds_the_word_is_made_anew_when_it_is_removed() -> None:
    asked: list[str] = []
    marker = REDIS.marker
    assert marker is not None
    saves = {"CONFIG_GET_SAVE": setting("save", "3600 1")}
    with server(
        redis(asked, DEL=":1\r\n", BGSAVE="+Background saving scheduled\r\n", **saves)
    ) as port:
        marker.remove(access(port), "word")
    assert [word for word in asked if word.startswith(("DEL", "BGSAVE"))] == [
        "DEL envcheck:marker",
        "BGSAVE SCHEDULE",
    ]


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


@pytest.mark.parametrize(
    "junk", [b":abc\r\n", b"*1\r\n:x\r\n", b"+\xff\r\n", b"$2\r\n\xff\xff\r\n"]
)
def test_what_only_begins_like_redis_is_not_ready(junk: bytes) -> None:
    """The client itself trips over these."""
    no_redis = pytest.raises(NotReady, match="does not speak the protocol of Redis")
    with server(lambda connection: connection.sendall(junk * 4)) as port, no_redis:
        probe(access(port))


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


class Names:
    """Names that only one has at a time; some are another's."""

    def __init__(self, *others: str) -> None:
        self.taken = set(others)

    def take(self, name: str) -> bool:
        """Take one, if it is free."""
        free = name not in self.taken
        self.taken.add(name)
        return free

    def give(self, name: str) -> None:
        """Give it back."""
        self.taken.remove(name)

    def execute(self, command: object, environment: object) -> None:
        """Nobody runs a command."""


def test_a_database_for_a_test_is_the_first_that_nobody_has_and_empty() -> None:
    asked: list[str] = []
    serve = redis(asked, CONFIG=setting("databases", "4"))
    names = Names("1", "3")
    with server(serve) as port:
        there = access(port)
        with scratch(there, names) as made:
            found = made.make()
            assert (found.name, found.url) == ("2", url(there, 2))
            assert found.url.endswith("/2")
            assert asked[-2:] == ["SELECT 2", "FLUSHDB"]
            with pytest.raises(NotReady, match="all of its 4 logical databases are in use"):
                made.make()
            asked.clear()
            made.drop("2")
            assert asked[-2:] == ["SELECT 2", "FLUSHDB"]
            assert names.taken == {"1", "3"}
