"""A proxy in front of a registry: it makes faults, is slow, and remembers what it gave to whom."""

from __future__ import annotations

import base64
import http.client
import json
import re
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Literal

from . import network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CODES = {
    401: ("UNAUTHORIZED", "authentication required"),
    403: ("DENIED", "requested access to the resource is denied"),
    404: ("MANIFEST_UNKNOWN", "manifest unknown"),
    429: ("TOOMANYREQUESTS", "You have reached your pull rate limit"),
    500: ("UNKNOWN", "something went wrong"),
    502: ("UNKNOWN", "bad gateway"),
    503: ("UNAVAILABLE", "try again later"),
}
_PIECE = 16 * 1024
_NOT_PASSED_ON = ("connection", "keep-alive", "transfer-encoding", "date", "server")
# Makes the listening socket where the engine is, and hands it over: a socket stays in the
# namespace that it was made in, whoever has it.
_LISTEN = """
import socket, sys
with socket.socket(fileno=int(sys.argv[1])) as way:
    door = socket.create_server(("127.0.0.1", 0), backlog=128)
    socket.send_fds(way, [b"x"], [door.fileno()])
"""


@dataclass
class Fault:
    """What requests meet instead of the registry's own answer.

    Attributes:
        path: a regular expression for the paths that meet it.
        what: a status to refuse with; or hang up before an answer, or in the middle of it after
            ``after`` bytes of the body; or fall silent there.
        times: how many requests more meet it; None: all.
    """

    path: str
    what: int | Literal["hang up", "cut", "stall"]
    times: int | None = None
    after: int = 0

    def fits(self, length: int | None) -> bool:
        """Whether it can be met before an answer, or in a body of that length."""
        if self.what in ("cut", "stall"):
            return length is not None and length > self.after
        return length is None


@dataclass
class Asked:
    """One request: its method and path, the byte it began at, and how much of a body it got."""

    method: str
    path: str
    begin: int = 0
    sent: int = 0


@dataclass
class Faulty:
    """A running proxy. Faults, rate and login may be changed at any time.

    Attributes:
        address: HOST:PORT, which stands before the name of an image.
        faults: the first one that fits is met.
        rate: bytes a second that all answers together may take; 0: as fast as it goes.
        delay: seconds that each request takes to get here.
        login: who must ask, as name and password.
        asked: every request, in the order in which they came.
        at_each: told of each request before anything comes of it.
    """

    address: str
    upstream: str
    faults: list[Fault] = field(default_factory=list)
    rate: float = 0.0
    delay: float = 0.0
    login: tuple[str, str] | None = None
    asked: list[Asked] = field(default_factory=list)
    at_each: Callable[[Asked], None] = lambda _asked: None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _free_at: float = 0.0
    _ended: threading.Event = field(default_factory=threading.Event)

    def times(self, text: str) -> int:
        """How many requests with a body had this text in their path."""
        return sum(text in one.path for one in self.asked if one.method == "GET")

    def served(self, text: str) -> int:
        """How many bytes were given for the paths that hold this text."""
        return sum(one.sent for one in self.asked if text in one.path)

    def forget(self) -> None:
        """Begin to count anew, without faults."""
        self.asked.clear()
        self.faults.clear()

    def note(self, method: str, path: str, begin: int) -> Asked:
        """Write a request down."""
        asked = Asked(method, path, begin)
        self.asked.append(asked)
        self.at_each(asked)
        return asked

    def meets(self, path: str, length: int | None = None) -> Fault | None:
        """The fault that a request for this path meets.

        Args:
            path: the request's.
            length: of the answer's body; without one, faults in a body are not asked for.
        """
        with self._lock:
            for fault in self.faults:
                if fault.times != 0 and re.search(fault.path, path) and fault.fits(length):
                    if fault.times is not None:
                        fault.times -= 1
                    return fault
        return None

    def carry(self, count: int) -> None:
        """Let the time pass that so many bytes take on the link, which all answers share."""
        if not self.rate:
            return
        with self._lock:
            self._free_at = max(self._free_at, time.monotonic()) + count / self.rate
            wait = self._free_at - time.monotonic()
        time.sleep(max(wait, 0.0))

    def stall(self) -> None:
        """Say nothing more for as long as the proxy runs."""
        self._ended.wait()

    def end(self) -> None:
        """Let all go that are kept waiting."""
        self._ended.set()


@contextmanager
def serve(upstream: str, *, netns: str | None = None) -> Iterator[Faulty]:
    """Run a proxy in front of a registry until the context ends.

    Args:
        upstream: the registry's HOST:PORT where this process runs.
        netns: the network namespace on whose loopback it serves; this process's own if left out.
    """
    door = _door(netns)
    made = Faulty(f"127.0.0.1:{door.getsockname()[1]}", upstream)
    with _Server(door, made) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield made
        finally:
            made.end()
            server.shutdown()
            thread.join()


def _door(netns: str | None) -> socket.socket:
    if netns is None:
        return socket.create_server(("127.0.0.1", 0), backlog=128)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        argv = [sys.executable, "-c", _LISTEN, str(theirs.fileno())]
        subprocess.run(
            network.Namespace(netns).command(argv), pass_fds=[theirs.fileno()], check=True
        )
        _, (door,), _, _ = socket.recv_fds(ours, 1, 1)
        return socket.socket(fileno=door)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, door: socket.socket, proxy: Faulty) -> None:
        super().__init__(("127.0.0.1", 0), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = door
        self.proxy = proxy

    def handle_error(self, *words: object) -> None:
        """Clients that hang up are what is wanted here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        proxy = self.server.proxy
        begin = int(self.headers.get("Range", "bytes=0-")[len("bytes=") :].partition("-")[0])
        asked = proxy.note(self.command, self.path, begin)
        time.sleep(proxy.delay)
        if proxy.login and self.headers.get("Authorization") != _basic(*proxy.login):
            self._refuse(HTTPStatus.UNAUTHORIZED)
            return
        fault = proxy.meets(self.path)
        if fault and isinstance(fault.what, int):
            self._refuse(fault.what)
        elif fault and fault.what == "hang up":
            self.close_connection = True
        else:
            self._pass_on(asked)

    do_HEAD = do_GET  # noqa: N815 - the server's own word for it

    def log_message(self, *words: object) -> None:
        pass

    def _refuse(self, status: int) -> None:
        code, message = _CODES.get(status, ("", ""))
        said = json.dumps({"errors": [{"code": code, "message": message}]})
        # What a gateway says on the way to a registry is no answer of the registry's API.
        body = (said if code else "<html>no answer</html>").encode()
        self.send_response(status)
        if status == HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", 'Basic realm="lab"')
        self.send_header("Content-Type", "application/json" if code else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def _pass_on(self, asked: Asked) -> None:
        with closing(http.client.HTTPConnection(self.server.proxy.upstream)) as registry:
            registry.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():  # one name may come several times
                if name.lower() != "authorization":
                    registry.putheader(name, value)
            registry.endheaders()
            answer = registry.getresponse()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _NOT_PASSED_ON:
                    self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                fault = self.server.proxy.meets(self.path, answer.length or 0)
                self._body(answer, asked, fault)

    def _body(self, answer: http.client.HTTPResponse, asked: Asked, fault: Fault | None) -> None:
        while piece := answer.read(_PIECE):
            if fault and asked.sent + len(piece) > fault.after:
                piece = piece[: fault.after - asked.sent]
            self.server.proxy.carry(len(piece))
            self.wfile.write(piece)
            asked.sent += len(piece)
            if fault and asked.sent >= fault.after:
                self.wfile.flush()
                if fault.what == "stall":
                    self.server.proxy.stall()
                self.close_connection = True
                return


def _basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
