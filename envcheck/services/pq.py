"""Statements to PostgreSQL through libpq, whose answers are waited for so long and no longer.

A server that has stopped in mid-course (SIGSTOP, a frozen machine) still has its connections
accepted and its bytes taken: by the kernel, which goes on. libpq's ``connect_timeout`` ends with
the connection, and knows whole seconds only, from 2 on; ``statement_timeout`` is the server's own
to keep; ``tcp_user_timeout`` looks at what the kernel acknowledges. So libpq's non-blocking calls
are driven here, and every wait has one end.
"""

from __future__ import annotations

import selectors
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from envcheck.services.kind import NotReady

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import pq

Row = tuple[str, ...]


class Conversation:
    """A connection to a server. ``end`` is when the last answer must be here, in monotonic time."""

    def __init__(self, connection: pq.abc.PGconn, end: float) -> None:
        self._connection = connection
        self._end = end

    @property
    def version(self) -> str:
        """The server's version, as in ``17.11``."""
        told = self._connection.parameter_status(b"server_version") or b""
        return told.decode("utf-8", "replace").partition(" ")[0]

    @property
    def used_password(self) -> bool:
        """Whether the server asked for a password."""
        return self._connection.used_password

    def ask(self, statement: str, *values: str) -> list[Row]:
        """Have one statement carried out; its rows, where NULL is an empty text.

        Raises:
            NotReady: the server said no, or nothing in time; the text is its own.
        """
        connection = self._connection
        connection.send_query_params(statement.encode(), [value.encode() for value in values])
        rows: list[Row] = []
        while (result := self._result()) is not None:
            rows += _rows(result)
        return rows

    def _result(self) -> pq.abc.PGresult | None:
        connection = self._connection
        while connection.is_busy():
            _wait(connection.socket, selectors.EVENT_READ, self._end)
            connection.consume_input()
        return connection.get_result()


@contextmanager
def connected(conninfo: str, seconds: float) -> Iterator[Conversation]:
    """Connect as a connection string or URI says, for a conversation that ends within ``seconds``.

    Raises:
        NotReady: there is no connection, it broke, or time was up.
    """
    import psycopg
    from psycopg import pq

    end = time.monotonic() + seconds
    try:
        connection = pq.PGconn.connect_start(conninfo.encode())
        try:
            _connect(connection, end)
            yield Conversation(connection, end)
        finally:
            connection.finish()
    except psycopg.Error as error:
        raise NotReady(_one_line(str(error))) from error
    except TimeoutError:
        raise NotReady(f"no answer in {seconds:g} s") from None


def _connect(connection: pq.abc.PGconn, end: float) -> None:
    """Drive a connection to its end, as libpq's manual has it under PQconnectPoll."""
    from psycopg import pq

    state = pq.PollingStatus.WRITING
    if connection.status == pq.ConnStatus.BAD:
        state = pq.PollingStatus.FAILED
    while state not in (pq.PollingStatus.OK, pq.PollingStatus.FAILED):
        reads = state == pq.PollingStatus.READING
        _wait(connection.socket, selectors.EVENT_READ if reads else selectors.EVENT_WRITE, end)
        state = pq.PollingStatus(connection.connect_poll())
    if state == pq.PollingStatus.FAILED:
        raise NotReady(_one_line(connection.error_message.decode("utf-8", "replace")))


def _wait(socket: int, event: int, end: float) -> None:
    """Wait for a socket.

    Raises:
        TimeoutError: the end came first.
    """
    with selectors.DefaultSelector() as selector:
        selector.register(socket, event)
        if not selector.select(max(0.0, end - time.monotonic())):
            raise TimeoutError


def _rows(result: pq.abc.PGresult) -> list[Row]:
    from psycopg import pq

    if result.status not in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
        raise NotReady(_one_line(result.error_message.decode("utf-8", "replace")))
    return [
        tuple(_text(result.get_value(row, column)) for column in range(result.nfields))
        for row in range(result.ntuples)
    ]


def _text(value: bytes | None) -> str:
    """Where the database has an encoding of its own, its names come in that."""
    return (value or b"").decode("utf-8", "replace")


def _one_line(text: str) -> str:
    return " ".join(text.split())
