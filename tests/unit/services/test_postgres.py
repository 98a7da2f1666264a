"""PostgreSQL: a query with the profile's own credentials, or why not."""

from __future__ import annotations

import struct
import time
from typing import TYPE_CHECKING

import pytest

from envcheck.core.reference import parse_reference
from envcheck.services.kind import NotReady
from envcheck.services.postgres import POSTGRES, data_path, dial, probe
from envcheck.services.postgres_login import url
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
    from collections.abc import Iterable

    from tests.unit.services.throwaway import Serve

Rows = list[tuple[str, ...]]


def refusing(severity: str, code: str, message: str) -> Serve:
    """A server that refuses every client, in PostgreSQL's own protocol."""

    def serve(connection: socket.socket) -> None:
        (length,) = struct.unpack("!I", connection.recv(4))
        if length == 8:  # a request for encryption: not here
            connection.recv(4)
            connection.sendall(b"N")
        connection.recv(4096)
        fields = f"S{severity}\0V{severity}\0C{code}\0M{message}\0\0".encode()
        connection.sendall(b"E" + struct.pack("!I", len(fields) + 4) + fields)

    return serve


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


def speaking(answers: Iterable[bytes], asked: list[str] | None = None) -> Serve:
    """A server that lets everybody in and gives these answers to statements, one after the other.

    When there are no more it says nothing, and keeps the connection, as one does that was stopped.
    """

    def serve(connection: socket.socket) -> None:
        connection.recv(4096)  # a request for encryption, as libpq's default has it
        connection.sendall(b"N")
        connection.recv(4096)
        hello = message(b"R", struct.pack("!I", 0)) + message(b"S", b"server_version\x0017.11\0")
        connection.sendall(hello + message(b"Z", b"I"))
        for answer in answers:
            statement = connection.recv(65536)
            if asked is not None:
                asked.append(statement[6:].partition(b"\0")[0].decode())
            connection.sendall(answer + message(b"Z", b"T"))
        say_nothing(connection)

    return serve


def rows(found: Rows) -> bytes:
    """An answer to a statement, in text."""
    width = len(found[0]) if found else 0
    column = b"column\0" + struct.pack("!IhIhIh", 0, 0, 25, -1, 0, 0)
    told = message(b"1") + message(b"2") + message(b"T", struct.pack("!h", width) + column * width)
    for row in found:
        cells = b"".join(struct.pack("!I", len(cell)) + cell.encode() for cell in row)
        told += message(b"D", struct.pack("!h", width) + cells)
    return told + message(b"C", b"DONE\0")


def error(text: str) -> bytes:
    return message(b"E", f"SERROR\0VERROR\0C25006\0M{text}\0\0".encode())


def test_a_server_that_answers_is_ready_with_its_version_and_the_folder_of_its_data() -> None:
    with server(speaking([rows([("/var/lib/postgresql/data",)])])) as port:
        answer = probe(access(port))
    assert (answer.version, answer.data_path) == ("17.11", "/var/lib/postgresql/data")


def test_where_its_data_is_may_be_told_to_superusers_only() -> None:
    with server(speaking([rows([])])) as port:
        answer = probe(access(port))
    assert (answer.version, answer.data_path) == ("17.11", "")


@pytest.mark.parametrize("answers", [(), (rows([("app", "app")]),)])
def test_a_server_that_says_nothing_any_more_is_waited_for_no_longer_than_allowed(
    answers: tuple[bytes, ...],
) -> None:
    """Neither where it hangs after it let us in, nor in the middle of several statements."""
    begun = time.monotonic()
    credentials, _, writable = POSTGRES.questions
    ask = writable.ask if answers else credentials.ask
    with server(speaking(answers)) as port, pytest.raises(NotReady, match=r"^no answer in 0.25 s$"):
        ask(access(port))
    assert time.monotonic() - begun < PATIENCE + 1


def test_a_server_that_takes_the_connection_and_no_more_is_not_waited_for_either() -> None:
    """Libpq itself would wait for two seconds at least."""
    begun = time.monotonic()
    with server(say_nothing) as port, pytest.raises(NotReady, match=r"^no answer in 0.25 s$"):
        probe(access(port))
    assert time.monotonic() - begun < PATIENCE + 1


def test_the_address_alone_is_enough_to_connect() -> None:
    with server(speaking([rows([("app", "books")])])) as port:
        said = dial(f"postgresql://app:x@127.0.0.1:{port}/books", PATIENCE)
    assert said == "app reaches database books"


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("credentials", ("app", "t"), "app logs in and is asked for no password, as a superuser"),
        ("credentials", ("app", "f"), "app logs in and is asked for no password"),
        ("database", ("books", "UTF8", "7500000"), "books exists, UTF8, 8 MB"),
    ],
)
def test_a_question_is_answered_in_a_few_words(
    question: str, answer: tuple[str, ...], said: str
) -> None:
    (ask,) = (each.ask for each in POSTGRES.questions if each.id == question)
    with server(speaking([rows([answer])])) as port:
        assert ask(access(port)) == said


def test_a_trial_row_is_rolled_back() -> None:
    asked: list[str] = []
    writable = POSTGRES.questions[-1]
    with server(speaking([rows([]), rows([]), rows([("written",)]), rows([])], asked)) as port:
        assert writable.ask(access(port)) == "a row was written and rolled back"
    assert (asked[0], asked[-1]) == ("BEGIN", "ROLLBACK")
    assert asked[1].startswith("CREATE TABLE envcheck_")


def test_a_database_that_takes_no_writes_is_quoted() -> None:
    refusal = "cannot execute CREATE TABLE in a read-only transaction"
    writable = POSTGRES.questions[-1]
    with (
        server(speaking([rows([]), error(refusal)])) as port,
        pytest.raises(NotReady, match=f"^ERROR: {refusal}$"),
    ):
        writable.ask(access(port))


def test_where_nobody_listens_is_not_ready() -> None:
    with pytest.raises(NotReady, match="onnection refused"):
        probe(access(nobody()))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("57P03", "the database system is starting up"),
        ("28P01", 'password authentication failed for user "app"'),
        ("3D000", 'database "app" does not exist'),
    ],
)
def test_a_server_that_refuses_is_quoted_on_one_line(code: str, message: str) -> None:
    with server(refusing("FATAL", code, message)) as port, pytest.raises(NotReady) as caught:
        probe(access(port, {"POSTGRES_USER": "app", "POSTGRES_PASSWORD": "hunter2"}))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("serve", [hang_up, babble])
def test_what_is_no_postgres_is_not_ready(serve: Serve) -> None:
    begun = time.monotonic()
    with server(serve) as port, pytest.raises(NotReady, match=r"\S"):
        probe(access(port))
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, "postgresql://postgres@127.0.0.1:5432/postgres"),
        ({"POSTGRES_PASSWORD": "x"}, "postgresql://postgres:x@127.0.0.1:5432/postgres"),
        ({"POSTGRES_USER": "app"}, "postgresql://app@127.0.0.1:5432/app"),
        (
            {"POSTGRES_USER": "a", "POSTGRES_DB": "d", "POSTGRES_PASSWORD": "p"},
            "postgresql://a:p@127.0.0.1:5432/d",
        ),
        (
            {"POSTGRES_USER": "a@b", "POSTGRES_DB": "d/e", "POSTGRES_PASSWORD": "p:q/r?s#t%u v"},
            "postgresql://a%40b:p%3Aq%2Fr%3Fs%23t%25u%20v@127.0.0.1:5432/d%2Fe",
        ),
        ({"POSTGRES_USER": "", "POSTGRES_DB": ""}, "postgresql://postgres@127.0.0.1:5432/postgres"),
    ],
)
def test_the_address_is_what_libpq_reads(environment: dict[str, str], address: str) -> None:
    assert url(access(5432, environment)) == address


def test_libpq_reads_the_address_as_it_was_meant() -> None:
    from psycopg.conninfo import conninfo_to_dict

    odd = {"POSTGRES_USER": "a@b", "POSTGRES_DB": "d/e", "POSTGRES_PASSWORD": "p:q/r?s#t%u v"}
    read = conninfo_to_dict(url(access(5432, odd)))
    assert read == {
        "user": "a@b",
        "password": "p:q/r?s#t%u v",
        "host": "127.0.0.1",
        "port": "5432",
        "dbname": "d/e",
    }


@pytest.mark.parametrize(
    ("image", "path"),
    [
        ("postgres:9.6", "/var/lib/postgresql/data"),
        ("postgres:17.11", "/var/lib/postgresql/data"),
        ("postgres:17-alpine", "/var/lib/postgresql/data"),
        ("postgres:18", "/var/lib/postgresql"),
        ("postgres:18.1-bookworm", "/var/lib/postgresql"),
        ("postgres:100.1", "/var/lib/postgresql"),
        ("postgres:alpine", "/var/lib/postgresql/data"),
    ],
)
def test_the_data_is_where_the_pinned_major_version_keeps_it(image: str, path: str) -> None:
    """From 18 on the official image refuses a volume at the old place."""
    assert data_path(parse_reference(image)) == path


def test_one_of_the_ways_to_have_a_password_is_needed() -> None:
    assert POSTGRES.required == (
        ("POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE", "POSTGRES_HOST_AUTH_METHOD"),
    )
