"""PostgreSQL: a query with the profile's own credentials, or why not."""

from __future__ import annotations

import struct
import time
from typing import TYPE_CHECKING

import pytest

from envcheck.core.reference import parse_reference
from envcheck.services.kind import NotReady
from envcheck.services.postgres import POSTGRES, data_path, probe, url
from tests.unit.services.throwaway import access, babble, hang_up, nobody, server

if TYPE_CHECKING:
    import socket

    from tests.unit.services.throwaway import Serve


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
