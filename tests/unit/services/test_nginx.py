"""nginx: ready when it answers HTTP at all, with its version where it tells it."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from envcheck.core.reference import parse_reference
from envcheck.services.kind import Answer, NotReady
from envcheck.services.nginx import NGINX, probe
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
    from pathlib import Path

    from tests.unit.services.throwaway import Serve


def page(status: str, name: str | None) -> Serve:
    """A server that gives that status, and calls itself that."""
    header = "" if name is None else f"Server: {name}\r\n"

    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(f"HTTP/1.1 {status}\r\n{header}Content-Length: 0\r\n\r\n".encode())

    return serve


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "502 Bad Gateway"])
def test_a_server_that_answers_is_ready_with_its_version(status: str) -> None:
    with server(page(status, "nginx/1.26.3")) as port:
        assert probe(access(port)) == Answer("1.26.3")


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("nginx", ""),
        (None, ""),
        ("", ""),
        ("Apache/2.4.62", ""),
        ("not-nginx/1.26.3", ""),
        ("nginx/1.26.3 (Ubuntu)", "1.26.3"),
    ],
)
def test_a_version_that_is_not_told_is_asked_of_the_program(name: str | None, version: str) -> None:
    with server(page("200 OK", name)) as port:
        assert probe(access(port)) == Answer(version)
    assert NGINX.version_command


@pytest.mark.parametrize(
    "printed", ["nginx version: nginx/1.26.3", "nginx version: nginx/1.26.3 (Ubuntu)"]
)
def test_the_program_tells_its_version_in_one_word(tmp_path: Path, printed: str) -> None:
    program = tmp_path / "nginx"
    program.write_text(f"#!/bin/sh\necho '{printed}' >&2\n")
    program.chmod(0o755)
    done = subprocess.run(
        NGINX.version_command,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "1.26.3\n"


@pytest.mark.parametrize("serve", [hang_up, babble, say_nothing])
def test_what_is_no_web_server_is_not_ready(serve: Serve) -> None:
    begun = time.monotonic()
    with server(serve) as port, pytest.raises(NotReady, match=r"^GET /: \S+"):
        probe(access(port))
    assert time.monotonic() - begun < PATIENCE + 2


def test_where_nobody_listens_is_not_ready() -> None:
    with pytest.raises(NotReady, match="refused"):
        probe(access(nobody()))


def test_the_variable_alone_is_enough_to_connect() -> None:
    assert NGINX.url is not None
    assert NGINX.dial is not None
    with server(page("200 OK", "nginx")) as port:
        address = NGINX.url(access(port))
        assert address == f"http://127.0.0.1:{port}"
        assert NGINX.dial(address, 5.0)


def test_it_keeps_no_data() -> None:
    assert NGINX.data_path(parse_reference("nginx:1.26.3")) is None
    assert NGINX.marker is None
