"""RabbitMQ: ready when it lets the profile's user into the profile's virtual host."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

from envcheck.services import amqp
from envcheck.services.kind import DATA_GRACE, Access, Answer, Kind, Marker, NotReady, Question

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pika.adapters.blocking_connection import BlockingChannel

_GUEST = "guest"
_NOT_FOUND = 404


def data_path(_image: object) -> str:
    """Where the official image keeps queues, users and the cookie of its node."""
    return "/var/lib/rabbitmq"


def _user(access: Access) -> str:
    return access.environment.get("RABBITMQ_DEFAULT_USER") or _GUEST


def _virtual_host(access: Access) -> str:
    return access.environment.get("RABBITMQ_DEFAULT_VHOST") or "/"


def url(access: Access) -> str:
    """The AMQP URI. The virtual host ``/`` is written %2F (https://www.rabbitmq.com/docs/uri-spec)."""
    password = access.environment.get("RABBITMQ_DEFAULT_PASS") or _GUEST
    user, secret, place = (
        quote(part, safe="") for part in (_user(access), password, _virtual_host(access))
    )
    return f"amqp://{user}:{secret}@{access.host}:{access.port}/{place}"


def probe(access: Access) -> Answer:
    """One connection with the profile's credentials to its virtual host.

    Raises:
        NotReady: it was not opened; the text is the server's own where it said something.
    """
    with amqp.connected(url(access), access.timeout) as connection:
        return Answer(amqp.server_version(connection))


def dial(value: str, seconds: float) -> str:
    """Connect as a program that is given the URI alone.

    Raises:
        NotReady: the connection was not opened.
    """
    with amqp.connected(value, seconds) as connection:
        return f"RabbitMQ {amqp.server_version(connection)}"


def _credentials(access: Access) -> str:
    with _channel(access):
        return f"{_user(access)} logs in, and is let into virtual host {_virtual_host(access)}"


def _writable(access: Access) -> str:
    """Send a message through a queue that nobody else can see and that goes with the connection."""
    word = secrets.token_hex(8)
    with _channel(access) as channel:
        declared = channel.queue_declare("", exclusive=True, auto_delete=True)
        queue = str(declared.method.queue)
        _publish(channel, queue, word)
        if (found := _first(channel, queue)) != word:
            raise NotReady(f"a message was sent, and what came out is {found!r}")
        channel.queue_delete(queue)
    return "a message went through a queue, and both are gone"


# A name of its own and no random one, so that a run that was killed is tidied up by the next.
_MARKER = "envcheck-marker"


def _write(access: Access, word: str) -> None:
    with _channel(access) as channel:
        channel.queue_delete(_MARKER)
        channel.queue_declare(_MARKER, durable=True)
        _publish(channel, _MARKER, word)


def _read(access: Access, _word: str) -> str:
    with _channel(access) as channel:
        return _first(channel, _MARKER)


def _remove(access: Access, _word: str) -> None:
    with _channel(access) as channel:
        channel.queue_delete(_MARKER)


@contextmanager
def _channel(access: Access) -> Iterator[BlockingChannel]:
    with amqp.connected(url(access), access.timeout) as connection:
        yield connection.channel()


def _publish(channel: BlockingChannel, queue: str, word: str) -> None:
    """Returns when the server has confirmed that it has the message: on disk, if the queue is."""
    import pika

    channel.confirm_delivery()
    lasting = pika.BasicProperties(delivery_mode=pika.DeliveryMode.Persistent)
    channel.basic_publish("", queue, word.encode(), lasting, mandatory=True)


def _first(channel: BlockingChannel, queue: str) -> str:
    """The first message of a queue, which stays in it; nothing where there is none."""
    from pika.exceptions import ChannelClosedByBroker

    try:
        found, _, body = channel.basic_get(queue)
    except ChannelClosedByBroker as error:
        if error.reply_code == _NOT_FOUND:
            return ""
        raise
    if found is None or found.delivery_tag is None or body is None:
        return ""
    channel.basic_nack(found.delivery_tag, requeue=True)
    return body.decode("utf-8", "replace")


RABBITMQ = Kind(
    name="rabbitmq",
    product="RabbitMQ",
    images=("rabbitmq",),
    port=5672,
    data_path=data_path,
    secrets=frozenset({"RABBITMQ_DEFAULT_PASS", "RABBITMQ_ERLANG_COOKIE"}),
    host_in_data=True,  # it lies under mnesia/rabbit@HOSTNAME
    variable="RABBITMQ_URL",
    url=url,
    probe=probe,
    dial=dial,
    questions=(
        Question("credentials", "credentials", _credentials),
        Question("writable", "writable", _writable),
    ),
    marker=Marker(_write, _read, _remove),
    # SIGTERM is its clean end; queues are synced to disk first (rabbitmq.com/docs/cli).
    grace=DATA_GRACE,
)
