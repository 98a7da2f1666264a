"""A program that speaks HTTP on a socket and answers what a test wrote: an engine out of a book."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

VERSION = {"Version": "28.5.2", "ApiVersion": "1.51", "MinAPIVersion": "1.24"}


@dataclass(frozen=True)
class Said:
    """One answer. ``pieces`` come as a stream; where ``cut``, it breaks off before its end."""

    status: int = 200
    body: object = None
    pieces: tuple[object, ...] = ()
    cut: bool = False

    def raw(self) -> bytes:
        """The answer in HTTP."""
        head = f"HTTP/1.1 {self.status} Said\r\nContent-Type: application/json\r\n"
        if not self.pieces:
            body = b"OK" if self.body is None else json.dumps(self.body).encode()
            return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        lines = [json.dumps(piece).encode() + b"\n" for piece in self.pieces]
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(line), line) for line in lines)
        end = b"" if self.cut else b"0\r\n\r\n"
        return f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunks + end


@dataclass
class Script:
    """Answers by the last word of the path that is asked for; what is not written is a 404."""

    answers: Mapping[str, Said] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, request: str) -> bytes:
        """The answer to a request's first line."""
        method, _, target = request.partition(" ")
        path = target.split(" ")[0].partition("?")[0]
        self.asked.append(f"{method} {path}")
        known = {"_ping": Said(), "version": Said(body=VERSION), **self.answers}
        word = path.rsplit("/", 1)[-1]
        return known.get(word, Said(404, {"message": f"page {path} not found"})).raw()


@contextmanager
def engine(folder: Path, **answers: Said) -> Iterator[str]:
    """Serve such a script on a unix socket in a folder; its DOCKER_HOST."""
    path = folder / "docker.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        with serving(listener, Script(answers)):
            yield f"unix://{path}"


@contextmanager
def serving(listener: socket.socket, script: Script) -> Iterator[None]:
    """Answer everybody who comes to a socket until the context ends."""
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=_serve, args=(client, script)))
            threads[-1].start()

    main = threading.Thread(target=accept)
    main.start()
    try:
        yield
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        main.join()
        for thread in threads:
            thread.join()


def _serve(client: socket.socket, script: Script) -> None:
    """One connection: requests until the client goes, or a stream was cut."""
    with client, client.makefile("rb") as lines, suppress(OSError):
        while first := lines.readline().decode("latin-1"):
            if "HTTP/" not in first:  # another protocol, such as TLS
                client.sendall(Said(400).raw())
                return
            length = 0
            while (header := lines.readline().strip().lower()) != b"":
                if header.startswith(b"content-length:"):
                    length = int(header.partition(b":")[2])
            lines.read(length)
            answer = script.answer(first)
            client.sendall(answer)
            if b"Transfer-Encoding" in answer and not answer.endswith(b"\r\n0\r\n\r\n"):
                return
