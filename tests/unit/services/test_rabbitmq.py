"""RabbitMQ: the profile's user is let into its virtual host, or the server says why not."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from pika import spec

from envcheck.core.reference import parse_reference
from envcheck.services.kind import Answer, NotReady
from envcheck.services.rabbitmq import RABBITMQ, dial, probe, url
from tests.unit.services.broker import Broker
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
    from collections.abc import Iterator

    from envcheck.services.kind import Access
    from tests.unit.services.throwaway import Serve

GIVEN = {
    "RABBITMQ_DEFAULT_USER": "app",
    "RABBITMQ_DEFAULT_PASS": "hunter2",
    "RABBITMQ_DEFAULT_VHOST": "shop",
}
LOGIN_REFUSED = "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN."
ASK = {question.id: question.ask for question in RABBITMQ.questions}
WORD = "k7f3a"
# The fastest machine that hangs is still one that hangs.
SLOWEST = PATIENCE + 2


def patient(port: int) -> Access:
    """As from a profile, with all the time that an answer needs on a busy machine."""
    return replace(access(port, GIVEN), timeout=5.0)


def test_a_server_that_opens_the_connection_is_ready_with_its_version() -> None:
    broker = Broker()
    with server(broker) as port:
        assert probe(patient(port)) == Answer("4.0.5")
    assert broker.credentials == ["\0app\0hunter2"]
    assert broker.virtual_hosts == ["shop"]


def test_what_the_profile_leaves_out_is_what_the_image_has() -> None:
    broker = Broker()
    with server(broker) as port:
        probe(replace(patient(port), environment={}))
    assert broker.credentials == ["\0guest\0guest"]
    assert broker.virtual_hosts == ["/"]


@pytest.mark.parametrize(
    ("method", "answer", "heard"),
    [
        ("Connection.StartOk", spec.Connection.Close(403, LOGIN_REFUSED, 0, 0), LOGIN_REFUSED),
        (
            "Connection.Open",
            spec.Connection.Close(530, "NOT_ALLOWED - vhost 'shop' not found", 10, 40),
            "NOT_ALLOWED - vhost 'shop' not found",
        ),
        (
            "Connection.Open",
            spec.Connection.Close(541, "INTERNAL_ERROR - it\n\n  broke", 10, 40),
            "INTERNAL_ERROR - it broke",
        ),
    ],
)
def test_a_server_that_refuses_is_quoted(
    method: str, answer: spec.Connection.Close, heard: str
) -> None:
    with server(Broker(refuses={method: answer})) as port, pytest.raises(NotReady) as caught:
        probe(patient(port))
    assert str(caught.value) == heard


def reset(connection: socket.socket) -> None:
    """Hang up with the client's words unread, which its side takes for a reset."""
    connection.recv(1)


def no_frame(connection: socket.socket) -> None:
    """Begin as AMQP does, and go on with something else."""
    connection.recv(8)
    connection.sendall(b"\x01\0\0\0\0\0\x05abcde\xce")
    say_nothing(connection)


@pytest.mark.parametrize(
    ("serve", "heard"),
    [
        (hang_up, "^(the connection was closed without an answer|Connection reset by peer)$"),
        (reset, "^(the connection was closed without an answer|Connection reset by peer)$"),
        (babble, "^(the connection was closed without an answer|Connection reset by peer)$"),
        (no_frame, "^what answers does not speak AMQP$"),
        (say_nothing, r"^no answer in 0\.25 s$"),
    ],
)
def test_what_is_no_broker_is_not_ready(serve: Serve, heard: str) -> None:
    begun = time.monotonic()
    with server(serve) as port, pytest.raises(NotReady, match=heard):
        probe(access(port, GIVEN))
    assert time.monotonic() - begun < SLOWEST


def test_where_nobody_listens_is_not_ready_after_one_attempt() -> None:
    begun = time.monotonic()
    with pytest.raises(NotReady, match=r"^Connection refused$"):
        probe(access(nobody(), GIVEN))
    assert time.monotonic() - begun < SLOWEST


@pytest.mark.parametrize("method", ["Connection.Open", "Connection.Close"])
def test_a_server_that_falls_silent_is_not_waited_for(method: str) -> None:
    begun = time.monotonic()
    broker = Broker(silent_at=method)
    with server(broker) as port, pytest.raises(NotReady, match=r"^no answer in 0\.25 s$"):
        probe(access(port, GIVEN))
    assert time.monotonic() - begun < SLOWEST
    assert method in broker.heard


@pytest.mark.parametrize("method", ["Queue.Declare", "Basic.Publish"])
def test_nor_is_one_that_does_so_while_a_message_is_sent(method: str) -> None:
    begun = time.monotonic()
    broker = Broker(silent_at=method)
    with server(broker) as port, pytest.raises(NotReady, match=r"^no answer in 0\.25 s$"):
        ASK["writable"](access(port, GIVEN))
    assert time.monotonic() - begun < SLOWEST
    assert method in broker.heard


def test_a_server_that_is_short_of_memory_or_disk_says_so() -> None:
    blocked = Broker(refuses={"Basic.Publish": spec.Connection.Blocked("low on disk")})
    with server(blocked) as port, pytest.raises(NotReady, match="short of memory or disk"):
        ASK["writable"](replace(patient(port), timeout=0.5))


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """What reaches a handler that somebody gave to the whole program."""
    text, root = StringIO(), logging.getLogger()
    handler, before = logging.StreamHandler(text), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield text
    root.setLevel(before)
    root.removeHandler(handler)


def test_nothing_of_what_goes_wrong_is_logged_or_holds_the_password(
    logged: StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    close = spec.Connection.Close(403, LOGIN_REFUSED, 0, 0)
    refusing = Broker(refuses={"Connection.StartOk": close})
    for serve in (refusing, hang_up, say_nothing, no_frame):
        with server(serve) as port, pytest.raises(NotReady) as caught:
            probe(access(port, GIVEN))
        assert "hunter2" not in str(caught.value)
    assert logged.getvalue() == ""
    assert capfd.readouterr() == ("", "")


def test_the_variable_alone_is_enough_to_connect() -> None:
    broker = Broker()
    with server(broker) as port:
        assert dial(url(patient(port)), 5.0) == "RabbitMQ 4.0.5"
    assert broker.credentials == ["\0app\0hunter2"]
    assert broker.virtual_hosts == ["shop"]


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, "amqp://guest:guest@127.0.0.1:5672/%2F"),
        (
            {
                "RABBITMQ_DEFAULT_USER": "",
                "RABBITMQ_DEFAULT_PASS": "",
                "RABBITMQ_DEFAULT_VHOST": "",
            },
            "amqp://guest:guest@127.0.0.1:5672/%2F",
        ),
        (GIVEN, "amqp://app:hunter2@127.0.0.1:5672/shop"),
        (
            {
                "RABBITMQ_DEFAULT_USER": "a@b",
                "RABBITMQ_DEFAULT_PASS": "p:q/r?s#t%u v",
                "RABBITMQ_DEFAULT_VHOST": "/x y",
            },
            "amqp://a%40b:p%3Aq%2Fr%3Fs%23t%25u%20v@127.0.0.1:5672/%2Fx%20y",
        ),
    ],
)
def test_the_address_is_an_amqp_uri(environment: dict[str, str], address: str) -> None:
    assert url(access(5672, environment)) == address


def test_pika_reads_the_address_as_it_was_meant() -> None:
    from pika import URLParameters

    odd = {
        "RABBITMQ_DEFAULT_USER": "a@b",
        "RABBITMQ_DEFAULT_PASS": "p:q/r?s#t%u v",
        "RABBITMQ_DEFAULT_VHOST": "/x y",
    }
    read = URLParameters(url(access(5672, odd)))
    assert (read.host, read.port, read.virtual_host) == ("127.0.0.1", 5672, "/x y")
    credentials: Any = read.credentials  # the stubs know of no kind of them
    assert (credentials.username, credentials.password) == ("a@b", "p:q/r?s#t%u v")


def test_credentials_are_told_without_the_password() -> None:
    with server(Broker()) as port:
        said = ASK["credentials"](patient(port))
    assert said == "app logs in, and is let into virtual host shop"


def test_writing_leaves_no_queue_and_no_message_behind() -> None:
    broker = Broker(queues={"orders": [b"one"]})
    with server(broker) as port:
        said = ASK["writable"](patient(port))
    assert said == "a message went through a queue, and both are gone"
    assert broker.queues == {"orders": [b"one"]}
    assert broker.durable == set()
    assert "Basic.Publish" in broker.heard


def test_a_message_that_is_lost_on_its_way_is_not_writable() -> None:
    with server(Broker(loses=True)) as port, pytest.raises(NotReady, match="what came out is ''"):
        ASK["writable"](patient(port))


def test_a_queue_that_may_not_be_made_is_not_writable() -> None:
    text = "ACCESS_REFUSED - configure access to queue '' in vhost 'shop' refused for user 'app'"
    broker = Broker(refuses={"Queue.Declare": spec.Channel.Close(403, text, 50, 10)})
    with server(broker) as port, pytest.raises(NotReady) as caught:
        ASK["writable"](patient(port))
    assert str(caught.value) == text


def test_a_marker_is_a_lasting_message_in_a_lasting_queue_until_it_is_removed() -> None:
    marker = RABBITMQ.marker
    assert marker is not None
    broker = Broker(queues={"orders": [b"one"]})
    with server(broker) as port:
        assert marker.read(patient(port), WORD) == ""
        marker.write(patient(port), WORD)
        assert broker.durable == {"envcheck-marker"}
        assert broker.persistent == [2]
        assert "Confirm.Select" in broker.heard
        assert marker.read(patient(port), WORD) == WORD
        assert marker.read(patient(port), WORD) == WORD
        marker.remove(patient(port), WORD)
        assert broker.queues == {"orders": [b"one"]}
        assert marker.read(patient(port), WORD) == ""


def test_what_a_killed_run_left_is_not_taken_for_the_new_word() -> None:
    marker = RABBITMQ.marker
    assert marker is not None
    with server(Broker()) as port:
        marker.write(patient(port), "older")
        marker.write(patient(port), WORD)
        assert marker.read(patient(port), WORD) == WORD


def test_its_data_is_where_the_official_image_has_it() -> None:
    assert RABBITMQ.data_path(parse_reference("rabbitmq:4.0.5")) == "/var/lib/rabbitmq"
    assert RABBITMQ.host_in_data
