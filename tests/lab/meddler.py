"""A proxy on an engine's socket: it counts the calls, and at one of them it does harm."""

from __future__ import annotations

import os
import queue
import signal
import socket
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

What = Literal["kill", "cut", "stall", "500"]
When = Literal["before", "after"]

_PIECE = 64 * 1024
_REFUSED = b'{"message":"the lab refuses"}\n'
_NO_BODY = (204, 304)
_CONTINUE = 100
_SWITCHED = 101


@dataclass(frozen=True)
class Call:
    """A call that came: its number, from 1 on, in the order in which they came."""

    number: int
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.number} {self.method} {self.path}"


@dataclass(frozen=True)
class Fault:
    """What one call meets.

    Attributes:
        call: the number of that call.
        what: ``kill`` ends the victim with SIGKILL; ``cut`` hangs up; ``stall`` says nothing more;
            ``500`` answers with that status.
        when: before the call is passed on, so that the engine never hears of it; or after the
            engine has answered, and before its answer is given. ``cut`` after that hangs up in the
            midst of the answer.
    """

    call: int
    what: What
    when: When


@dataclass
class Meddler:
    """A running proxy.

    Attributes:
        door: its socket.
        upstream: the engine's.
        fault: what to do, and at which call; nothing unless it is set.
        victim: the process that ``kill`` ends.
        calls: those that came so far.
        met: set when the fault was met.
        met_at: when that was, on the monotonic clock.
    """

    door: Path
    upstream: str
    fault: Fault | None = None
    victim: int = 0
    calls: list[Call] = field(default_factory=list)
    met: threading.Event = field(default_factory=threading.Event)
    met_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _open: set[socket.socket] = field(default_factory=set)

    @property
    def docker_host(self) -> str:
        """Its address, as a value of DOCKER_HOST."""
        return f"unix://{self.door}"

    def begin(self, fault: Fault | None = None) -> None:
        """Count anew, and do this harm."""
        self.calls.clear()
        self.met.clear()
        self.fault = fault

    def count(self, head: bytes) -> tuple[Call, Fault | None]:
        """Count a call; what it meets."""
        method, path, _ = head.decode("latin-1").split(" ", 2)
        with self._lock:
            call = Call(len(self.calls) + 1, method, path)
            self.calls.append(call)
        meets = self.fault is not None and self.fault.call == call.number
        return call, self.fault if meets else None

    def note(self) -> None:
        """The fault is met."""
        self.met_at = time.monotonic()
        self.met.set()

    def kill(self) -> None:
        """End the victim at once."""
        with suppress(ProcessLookupError):
            os.kill(self.victim, signal.SIGKILL)

    def hold(self, *sockets: socket.socket) -> None:
        """Remember what is open."""
        with self._lock:
            self._open.update(sockets)

    def let_go(self, *sockets: socket.socket) -> None:
        """Close what was open."""
        with self._lock:
            self._open.difference_update(sockets)
        for one in sockets:
            _hang_up(one)
            one.close()

    def end(self) -> None:
        """Hang up on everybody."""
        with self._lock:
            for one in self._open:
                _hang_up(one)


@contextmanager
def serve(door: Path, upstream: str) -> Iterator[Meddler]:
    """Stand between an engine and its clients until the context ends.

    Args:
        door: where the socket is made; its path must be short.
        upstream: the path of the engine's socket.
    """
    made = Meddler(door, upstream)
    # Not create_server(): it knows no unix sockets on every Python.
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(door))
        listener.listen(128)
        thread = threading.Thread(target=_welcome, args=(listener, made), daemon=True)
        thread.start()
        try:
            yield made
        finally:
            _hang_up(listener)
            made.end()
            thread.join()
            door.unlink()


def _welcome(listener: socket.socket, meddler: Meddler) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        engine = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            engine.connect(meddler.upstream)
        except OSError:  # an engine that is away: our client is told so by silence
            client.close()
            engine.close()
            continue
        threading.Thread(target=_Way(meddler, client, engine).go, daemon=True).start()


@dataclass(frozen=True)
class _Asked:
    """A call that was passed on: what it meets, and whether it asks for a connection of its own."""

    call: Call
    fault: Fault | None
    upgrade: bool


class _Way:
    """One connection: a thread for what goes up to the engine, and one for what comes down.

    So an answer may come before the call was sent to its end, and a client that is gone is seen,
    and told to the engine, at once: as if there were no proxy.
    """

    def __init__(self, meddler: Meddler, client: socket.socket, engine: socket.socket) -> None:
        self._meddler = meddler
        self._client, self._engine = client, engine
        self._asked: queue.Queue[_Asked] = queue.Queue()
        self._switched: queue.Queue[bool] = queue.Queue()
        self._ended = threading.Event()

    def go(self) -> None:
        """Carry everything until one side hangs up."""
        self._meddler.hold(self._client, self._engine)
        down = threading.Thread(target=self._downwards, daemon=True)
        down.start()
        with suppress(OSError, ValueError):
            self._upwards(_Stream(self._client))
        _hang_up(self._engine)
        down.join()
        self._meddler.let_go(self._client, self._engine)

    def _upwards(self, client: _Stream) -> None:
        while head := client.head():
            call, fault = self._meddler.count(head)
            if fault and fault.when == "before":
                self._meddler.note()
                self._harm(fault, client, head)
                return
            upgrade = _header(head, "upgrade") != ""
            self._asked.put(_Asked(call, fault, upgrade))
            self._engine.sendall(head)
            for piece in client.body(head):
                self._engine.sendall(piece)
            if upgrade and self._switched.get():
                self._speak_on(client)
                return

    def _speak_on(self, client: _Stream) -> None:
        """What comes now is HTTP no more; each side may end its part first."""
        for piece in client.rest():
            self._engine.sendall(piece)
        with suppress(OSError):
            self._engine.shutdown(socket.SHUT_WR)
        self._ended.wait()

    def _harm(self, fault: Fault, client: _Stream, head: bytes) -> None:
        """Do it instead of passing the call on."""
        match fault.what:
            case "kill":
                self._meddler.kill()
            case "stall":
                _read_out(client.rest())
            case "500":
                _read_out(client.body(head))
                self._client.sendall(_refusal())
            case "cut":
                pass
        _hang_up(self._client)

    def _downwards(self) -> None:
        try:
            with suppress(OSError, ValueError):
                self._answers(_Stream(self._engine))
        finally:
            self._switched.put(False)  # noqa: FBT003 - a value, no option
            self._ended.set()

    def _answers(self, engine: _Stream) -> None:
        while head := engine.head():
            status = int(head.split(b" ", 2)[1])
            if status == _CONTINUE:
                self._client.sendall(head)
                continue
            asked = self._asked.get()
            switched = status == _SWITCHED
            body = engine.rest() if switched else engine.answer(head, status, asked.call.method)
            if asked.fault:
                self._meddler.note()
                self._harm_answer(asked.fault, head, body)
                return
            self._client.sendall(head)
            if asked.upgrade:
                self._switched.put(switched)
            for piece in body:
                self._client.sendall(piece)
        _hang_up(self._client)

    def _harm_answer(self, fault: Fault, head: bytes, body: Iterator[bytes]) -> None:
        """Do it instead of giving the answer."""
        match fault.what:
            case "kill":
                self._meddler.kill()
            case "stall":
                return  # whoever waits for it hangs up
            case "500":
                self._client.sendall(_refusal())
            case "cut":
                first = next(body, b"")
                self._client.sendall(
                    head + first[: len(first) // 2] if first else head[: len(head) // 2]
                )
        _hang_up(self._client)


class _Stream:
    """HTTP/1.1 as it comes out of a socket, byte for byte."""

    def __init__(self, source: socket.socket) -> None:
        self._source = source
        self._held = b""

    def head(self) -> bytes:
        """The next head, with the empty line after it; nothing at the stream's end."""
        while b"\r\n\r\n" not in self._held:
            if not self._more():
                return b""
        head, _, self._held = self._held.partition(b"\r\n\r\n")
        return head + b"\r\n\r\n"

    def body(self, head: bytes) -> Iterator[bytes]:
        """A call's body, as pieces."""
        if "chunked" in _header(head, "transfer-encoding"):
            yield from self._chunks()
        else:
            yield from self._exactly(int(_header(head, "content-length") or 0))

    def answer(self, head: bytes, status: int, method: str) -> Iterator[bytes]:
        """An answer's body, as pieces."""
        if method == "HEAD" or status in _NO_BODY:
            return
        sized = _header(head, "content-length") or _header(head, "transfer-encoding")
        yield from self.body(head) if sized else self.rest()

    def rest(self) -> Iterator[bytes]:
        """All that comes until the stream's end."""
        while self._held or self._more():
            piece, self._held = self._held, b""
            yield piece

    def _more(self) -> bool:
        piece = self._source.recv(_PIECE)
        self._held += piece
        return bool(piece)

    def _exactly(self, count: int) -> Iterator[bytes]:
        while count:
            if not self._held and not self._more():
                raise ValueError
            piece, self._held = self._held[:count], self._held[count:]
            count -= len(piece)
            yield piece

    def _chunks(self) -> Iterator[bytes]:
        while size := int((line := self._line()).split(b";")[0], 16):
            yield line
            yield from self._exactly(size + 2)  # with the line's end behind it
        yield line
        while (line := self._line()) != b"\r\n":
            yield line
        yield line

    def _line(self) -> bytes:
        while b"\r\n" not in self._held:
            if not self._more():
                raise ValueError
        line, _, self._held = self._held.partition(b"\r\n")
        return line + b"\r\n"


def _header(head: bytes, name: str) -> str:
    """A header's value in lower case; nothing where it is not there."""
    for line in head.decode("latin-1").split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.strip().lower() == name:
            return value.strip().lower()
    return ""


def _refusal() -> bytes:
    head = "HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(_REFUSED)}\r\nConnection: close\r\n\r\n".encode() + _REFUSED


def _read_out(pieces: Iterator[bytes]) -> None:
    for _ in pieces:
        pass


def _hang_up(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
