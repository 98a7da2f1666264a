"""AMQP as a client speaks it: one connection, which has an end whatever the server does."""

from __future__ import annotations

import ast
import logging
import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from envcheck.services.kind import NotReady

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pika
    from pika.adapters.blocking_connection import BlockingConnection

# What a server said before it hung up, in pika's account of why it may have done so.
_QUOTED = re.compile(r"ConnectionClosedByBroker: \(\d+\) (?P<said>(['\"]).*\2)")
_HUNG_UP = re.compile("Transport indicated EOF|ConnectionResetError|BrokenPipeError")


@contextmanager
def connected(address: str, seconds: float) -> Iterator[BlockingConnection]:
    """A connection to an AMQP URI, closed at the end of the block.

    Args:
        address: the URI, credentials and virtual host included.
        seconds: how long connecting, and all that is said in the block, may take together.

    Raises:
        NotReady: the server refused, hung up, or did not answer in time. What goes wrong in the
            block is raised as that too.
    """
    import pika
    from pika.adapters.utils.connection_workflow import AMQPConnectorException
    from pika.exceptions import AMQPError

    # pika tells its log of every failure; what a probe hears is told by those who asked for it.
    logging.getLogger("pika").propagate = False
    end = time.monotonic() + seconds
    try:
        with pika.BlockingConnection(_parameters(address, seconds)) as connection:
            _limit(connection, end, f"no answer in {seconds:g} s")
            yield connection
    except (AMQPError, AMQPConnectorException, OSError) as error:
        said = " ".join(_said(error).split())
        raise NotReady(said or f"no answer in {seconds:g} s") from error


def server_version(connection: BlockingConnection) -> str:
    """What the server said of itself when the connection was opened."""
    return str((_line(connection).server_properties or {}).get("version", ""))


def _parameters(address: str, seconds: float) -> pika.URLParameters:
    import pika

    parameters = pika.URLParameters(address)
    parameters.connection_attempts = 1  # the readiness loop is the one that tries again
    parameters.socket_timeout = seconds
    parameters.stack_timeout = seconds
    # A server that is short of memory or disk says so, and answers no more.
    parameters.blocked_connection_timeout = seconds / 2
    parameters.heartbeat = 0
    return parameters


def _line(connection: BlockingConnection) -> Any:
    """The connection behind a blocking one, which hands out neither facts nor its clock."""
    return connection._impl  # type: ignore[attr-defined]  # noqa: SLF001


def _limit(connection: BlockingConnection, end: float, text: str) -> None:
    """Hang up at ``end``: once connected, pika waits for an answer for ever."""
    from pika.exceptions import AMQPConnectionError

    line = _line(connection)

    def hang_up() -> None:
        if not line.is_closed:
            line._terminate_stream(AMQPConnectionError(text))  # noqa: SLF001

    line.ioloop.call_later(max(end - time.monotonic(), 0), hang_up)


def _said(error: BaseException) -> str:
    """The server's own words where it said something; nothing where the time ran out."""
    from pika import exceptions
    from pika.adapters.utils.connection_workflow import AMQPConnectorStackTimeout

    cause = _innermost(error)
    text = str(getattr(cause, "reply_text", "") or next(iter(cause.args), ""))
    if isinstance(cause, (AMQPConnectorStackTimeout, TimeoutError)):
        return ""
    if isinstance(cause, OSError):
        return cause.strerror or str(cause)
    if isinstance(cause, exceptions.ConnectionBlockedTimeout):
        return "it takes no messages now, since it is short of memory or disk space"
    if _HUNG_UP.search(text):
        return "the connection was closed without an answer"
    if isinstance(cause, exceptions.IncompatibleProtocolError):
        return "what answers does not speak AMQP"
    quoted = _QUOTED.search(text)
    return str(ast.literal_eval(quoted["said"])) if quoted else text or type(cause).__name__


def _innermost(error: BaseException) -> BaseException:
    """What went wrong, without the attempt that pika wraps it in."""
    for inner in (getattr(error, "exception", None), next(iter(error.args), None)):
        if isinstance(inner, BaseException):
            return _innermost(inner)
    return error
