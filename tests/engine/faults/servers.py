"""Servers that are what they should not be: no engine, silent, or a registry with a fault."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import secrets
import socket
import socketserver
import ssl
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from tests.engine.faults import scrap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_CODES = {
    401: "UNAUTHORIZED",
    403: "DENIED",
    404: "MANIFEST_UNKNOWN",
    429: "TOOMANYREQUESTS",
    500: "UNKNOWN",
    503: "UNAVAILABLE",
}
_TEXTS = {
    401: "authentication required",
    403: "requested access to the resource is denied",
    404: "manifest unknown",
    429: "You have reached your pull rate limit",
    500: "something went wrong",
    503: "try again later",
}
_SMALL = 10_000
LOGIN = ("ann", "right")
"""Who may pull, once a registry asks who it is."""


class _Website(BaseHTTPRequestHandler):
    """Answers every question with a page."""

    def do_GET(self) -> None:
        page = b"<html>It works!</html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *words: object) -> None:
        pass

    def address_string(self) -> str:
        return "somebody"


class _UnixServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextmanager
def website(path: Path) -> Iterator[Path]:
    """A web server on a unix socket."""
    with _UnixServer(str(path), _Website) as server, _serving(server):
        yield path


@contextmanager
def web() -> Iterator[str]:
    """A web server on a port of this machine; HOST:PORT."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Website) as server, _serving(server):
        yield f"127.0.0.1:{server.server_port}"


@contextmanager
def silence(path: Path) -> Iterator[Path]:
    """Somebody who takes every call at a unix socket and never says a word."""
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as listener:
        listener.bind(str(path))
        listener.listen(64)
        yield path


@contextmanager
def deaf() -> Iterator[str]:
    """The same on a port; HOST:PORT."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def free_port() -> int:
    """A port of this machine that nobody has just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Registry:
    """A registry that holds one image, `thing:1`, and has a fault.

    Attributes:
        address: HOST:PORT, which stands before the image's name.
        refuse: the status that it answers every question about the image with; 0: none.
        login: whether it asks who is there.
        cut: whether it hangs up in the middle of a layer.
        asked: the paths that it was asked for.
    """

    address: str = ""
    refuse: int = 0
    login: bool = False
    cut: bool = False
    asked: list[str] = field(default_factory=list)
    image: scrap.Image = field(default_factory=lambda: scrap.image(_unique()))

    @property
    def thing(self) -> str:
        """The image's name."""
        return f"{self.address}/thing:1"

    def answers(self) -> dict[str, tuple[str, bytes]]:
        """Media type and body by what a path ends in."""
        layer = gzip.compress(self.image.layer, 1, mtime=0)
        manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": _MANIFEST,
                "config": _descriptor(_CONFIG, self.image.config),
                "layers": [_descriptor(_LAYER, layer)],
            }
        ).encode()
        return {
            "manifests/1": (_MANIFEST, manifest),
            f"manifests/{scrap.digest(manifest)}": (_MANIFEST, manifest),
            f"blobs/{scrap.digest(self.image.config)}": (_CONFIG, self.image.config),
            f"blobs/{scrap.digest(layer)}": ("application/octet-stream", layer),
        }


def _unique() -> dict[str, tuple[bytes, int]]:
    """Programs in a layer that no engine has already."""
    return {**scrap.programs(), "unique": (secrets.token_bytes(16), 0o644)}


def _descriptor(media: str, data: bytes) -> dict[str, object]:
    return {"mediaType": media, "size": len(data), "digest": scrap.digest(data)}


@contextmanager
def registry(
    host: str = "127.0.0.1", *, certificate: Path | None = None, **faults: Any
) -> Iterator[Registry]:
    """A registry; with a certificate (and the key in the same file) it speaks TLS."""
    made = Registry(**faults)
    answers = made.answers()

    class Handler(_Website):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            made.asked.append(self.path)
            if made.login and self.headers.get("Authorization") != _basic(*LOGIN):
                self._refuse(401)
            elif self.path == "/v2/":
                self._answer("application/json", b"{}")
            elif made.refuse:
                self._refuse(made.refuse)
            else:
                place = self.path.removeprefix("/v2/thing/")
                self._answer(*answers[place]) if place in answers else self._refuse(404)

        do_HEAD = do_GET  # noqa: N815 - the server's own word for it

        def _refuse(self, status: int) -> None:
            errors = [{"code": _CODES[status], "message": _TEXTS[status]}]
            body = json.dumps({"errors": errors}).encode()
            self.send_response(status)
            if status == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="lab"')
            self._send("application/json", body)

        def _answer(self, media: str, body: bytes) -> None:
            begin = int(self.headers.get("Range", "bytes=0-")[len("bytes=") :].partition("-")[0])
            self.send_response(206 if begin else 200)
            if begin:
                self.send_header("Content-Range", f"bytes {begin}-{len(body) - 1}/{len(body)}")
            if made.cut and "/blobs/" in self.path and len(body) > _SMALL:
                self.close_connection = True
                self._send(media, body[begin:], (len(body) - begin) // 2)
            else:
                self._send(media, body[begin:])

        def _send(self, media: str, body: bytes, much: int | None = None) -> None:
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body[:much])

    with _Quiet((host, 0), Handler) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        made.address = f"{host}:{server.server_port}"
        with _serving(server):
            yield made


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *words: object) -> None:
        """Clients that hang up are what is wanted here."""


def _basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


def certificate(folder: Path, address: str) -> Path:
    """A certificate for an address, of an authority that nobody knows; the key is in it too."""
    key, file = folder / "key.pem", folder / "cert.pem"
    subject = ("-subj", f"/CN={address}", "-addext", f"subjectAltName=IP:{address}")
    form = ("-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(file))
    argv = ["openssl", "req", "-x509", "-days", "2", *subject, *form]
    subprocess.run(argv, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text(file.read_text() + key.read_text())
    return both
