"""HTTP as a probe: an answer or none, in bounded time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from envcheck.core.profile import HttpProbe
from envcheck.services import http, node
from envcheck.services.kind import Answer, NotReady
from envcheck.services.verify import verify_http
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


def page(status: str, body: bytes, *, asked: list[bytes] | None = None) -> Serve:
    def serve(connection: socket.socket) -> None:
        request = connection.recv(4096)
        if asked is not None:
            asked.append(request)
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        connection.sendall(head + body)

    return serve


def test_a_page_is_its_status_and_body() -> None:
    asked: list[bytes] = []
    with server(page("404 Not Found", "nichts für dich".encode(), asked=asked)) as port:
        assert http.get(access(port), "/a?b=c") == http.Page(404, "nichts für dich")
    assert asked[0].startswith(b"GET /a?b=c HTTP/1.1\r\n")
    assert b"User-Agent: envcheck\r\n" in asked[0]


def test_only_the_first_mebibyte_of_a_body_is_read() -> None:
    with server(page("200 OK", b"x" * (1 << 21))) as port:
        assert len(http.get(access(port)).body) == 1 << 20


def test_a_body_that_is_no_text_is_read_all_the_same() -> None:
    with server(page("200 OK", b"\xff\xfe")) as port:
        assert http.get(access(port)).body == "\ufffd\ufffd"


@pytest.mark.parametrize("serve", [hang_up, babble, say_nothing])
def test_what_is_no_answer_is_not_ready(serve: Serve) -> None:
    begun = time.monotonic()
    with server(serve) as port, pytest.raises(NotReady, match=r"^GET /: \S+"):
        http.get(access(port))
    assert time.monotonic() - begun < PATIENCE + 2


def test_where_nobody_listens_is_not_ready() -> None:
    with pytest.raises(NotReady, match="refused"):
        http.get(access(nobody()))


def test_a_page_that_never_ends_is_read_as_far_as_time_allows() -> None:
    """Such as a stream of events: it is an answer, and waiting for its end would be in vain."""

    def stream(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        while True:
            connection.sendall(b"data: tick\n\n")
            time.sleep(PATIENCE / 10)

    begun = time.monotonic()
    with server(stream) as port:
        found = http.get(access(port))
    assert found.status == 200
    assert "data: tick" in found.body
    assert time.monotonic() - begun < PATIENCE * 4


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "500 Oh"])
def test_a_node_server_is_ready_when_it_answers_at_all(status: str) -> None:
    with server(page(status, b"")) as port:
        assert node.probe(access(port)) == Answer()


@pytest.mark.parametrize(
    ("status", "body", "probe"),
    [
        ("200 OK", b"Hello from Docker!", HttpProbe()),
        ("200 OK", b"Hello from Docker!", HttpProbe("/", 200, "from Docker")),
        ("404 Not Found", b"", HttpProbe("/gone", 404)),
    ],
)
def test_a_page_that_is_as_expected_passes(status: str, body: bytes, probe: HttpProbe) -> None:
    with server(page(status, body)) as port:
        verify_http(access(port), probe)


@pytest.mark.parametrize(
    ("status", "body", "probe", "heard"),
    [
        ("500 Oh", b"", HttpProbe("/x"), "GET /x answered 500, expected 200"),
        ("200 OK", b"", HttpProbe("/", 204), "GET / answered 200, expected 204"),
        (
            "200 OK",
            b"<h1>\n  Starting </h1>" + b"x" * 200,
            HttpProbe("/", 200, "Hello"),
            f"GET / does not contain 'Hello': <h1> Starting </h1>{'x' * 61}",
        ),
    ],
)
def test_a_page_that_is_not_says_what_came_instead(
    status: str, body: bytes, probe: HttpProbe, heard: str
) -> None:
    with server(page(status, body)) as port, pytest.raises(NotReady) as caught:
        verify_http(access(port), probe)
    assert str(caught.value) == heard


def test_the_address_alone_is_enough_to_connect() -> None:
    asked: list[bytes] = []
    with server(page("404 Not Found", b"", asked=asked)) as port:
        assert http.dial(f"http://127.0.0.1:{port}", PATIENCE) == "GET / answered 404"
        assert http.dial(f"http://127.0.0.1:{port}/a", PATIENCE) == "GET /a answered 404"
    assert asked[1].startswith(b"GET /a HTTP/1.1\r\n")
    with pytest.raises(NotReady, match="refused"):
        http.dial(f"http://127.0.0.1:{nobody()}", PATIENCE)


def test_the_address_is_what_a_browser_takes() -> None:
    assert http.url(access(3000)) == "http://127.0.0.1:3000"
