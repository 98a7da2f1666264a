"""A broker of a few lines for one client: pika's own frames, spoken by the other side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pika import frame, spec

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Mapping

PROPERTIES: Any = {
    "product": "RabbitMQ",
    "version": "4.0.5",
    "capabilities": {"publisher_confirms": True, "basic.nack": True, "connection.blocked": True},
}
_START = spec.Connection.Start(0, 9, PROPERTIES, "PLAIN", "en_US")
_OPENING = {
    "Connection.StartOk": spec.Connection.Tune(16, 4096, 0),
    "Connection.Open": spec.Connection.OpenOk(),
    "Connection.Close": spec.Connection.CloseOk(),
    "Channel.Open": spec.Channel.OpenOk(),
    "Channel.Close": spec.Channel.CloseOk(),
    "Confirm.Select": spec.Confirm.SelectOk(),
}


@dataclass
class Broker:
    """What it knows, and how it misbehaves.

    Attributes:
        queues: its queues, each with its messages; they stay until somebody deletes them.
        durable: the names of those that were declared to outlive the server.
        heard: the name of every method that it was told, in order.
        credentials: what clients gave, as SASL has it: NUL, user, NUL, password.
        virtual_hosts: what clients asked for.
        persistent: the delivery modes of the messages.
        silent_at: the method from which on it says nothing more.
        refuses: a method, and the answer to it instead of the usual one.
        loses: whether it forgets every message at once.
    """

    queues: dict[str, list[bytes]] = field(default_factory=dict)
    durable: set[str] = field(default_factory=set)
    heard: list[str] = field(default_factory=list)
    credentials: list[str] = field(default_factory=list)
    virtual_hosts: list[str] = field(default_factory=list)
    persistent: list[int | None] = field(default_factory=list)
    silent_at: str = ""
    refuses: Mapping[str, Any] = field(default_factory=dict)
    loses: bool = False

    def __call__(self, connection: socket.socket) -> None:
        """Serve one client until it hangs up."""
        assert connection.recv(8).startswith(b"AMQP")
        _send(connection, 0, _START)
        frames = _frames(connection)
        silent = False
        for one in frames:
            if silent or not isinstance(one, frame.Method):
                continue
            self.heard.append(one.method.NAME)
            silent = self.silent_at == one.method.NAME
            for answer in () if silent else self._answers(one.method, frames):
                _send(connection, one.channel_number, answer)

    def _answers(self, method: Any, frames: Iterator[Any]) -> list[Any]:
        if method.NAME in self.refuses:
            return [self.refuses[method.NAME]]
        match method.NAME:
            case "Connection.StartOk":
                self.credentials.append(method.response.decode())
            case "Connection.Open":
                self.virtual_hosts.append(method.virtual_host)
            case "Queue.Declare":
                return [self._declare(method)]
            case "Queue.Delete":
                return [spec.Queue.DeleteOk(len(self.queues.pop(method.queue, [])))]
            case "Basic.Publish":
                return [self._keep(method, frames)]
            case "Basic.Get":
                return self._first(method)
            case _:
                pass
        return [_OPENING[method.NAME]] if method.NAME in _OPENING else []

    def _declare(self, method: Any) -> Any:
        name = method.queue or "amq.gen-1"
        kept = self.queues.setdefault(name, [])
        if method.durable:
            self.durable.add(name)
        return spec.Queue.DeclareOk(name, len(kept), 0)

    def _keep(self, method: Any, frames: Iterator[Any]) -> Any:
        header, body = next(frames), next(frames)
        self.persistent.append(header.properties.delivery_mode)
        if not self.loses:
            self.queues[method.routing_key].append(body.fragment)
        return spec.Basic.Ack(1)

    def _first(self, method: Any) -> list[Any]:
        if method.queue not in self.queues:
            return [spec.Channel.Close(404, f"NOT_FOUND - no queue '{method.queue}'", 60, 70)]
        if not self.queues[method.queue]:
            return [spec.Basic.GetEmpty()]
        body = self.queues[method.queue][0]
        header = frame.Header(1, len(body), spec.BasicProperties())
        content = header.marshal() + frame.Body(1, body).marshal()
        return [spec.Basic.GetOk(1, False, "", method.queue, 0), content]  # noqa: FBT003 - its order


def _send(connection: socket.socket, channel: int, answer: Any) -> None:
    if isinstance(answer, bytes):  # frames already
        connection.sendall(answer)
        return
    about_all = answer.NAME.startswith("Connection.")
    connection.sendall(frame.Method(0 if about_all else channel, answer).marshal())


def _frames(connection: socket.socket) -> Iterator[Any]:
    data = b""
    while piece := connection.recv(4096):
        data += piece
        while True:
            used, found = frame.decode_frame(data)
            if found is None:
                break
            data = data[used:]
            yield found
