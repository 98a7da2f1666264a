"""Registries for the contract: images that can be pulled, and ways in which that goes wrong."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.core.reference import Reference


@dataclass(frozen=True)
class Shelf:
    """References for a test, and the digest of the image that there is.

    Attributes:
        present: can be pulled.
        unknown: another tag of the same image, which its registry does not have.
        nowhere: an image of a registry that nobody runs.
    """

    present: Reference
    digest: str
    unknown: Reference
    nowhere: Reference


@dataclass(frozen=True)
class Refusal:
    """How a registry says no: an HTTP status, and an error as its protocol has them."""

    status: int
    code: str
    message: str


@contextmanager
def refusing(no: Refusal) -> Iterator[str]:
    """A registry that is there but answers every question about an image with an error."""
    body = json.dumps({"errors": [{"code": no.code, "message": no.message}]}).encode()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sound = self.path == "/v2/"
            answer = b"{}" if sound else body
            self.send_response(200 if sound else no.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(answer)

        do_HEAD = do_GET  # noqa: N815 - the base class's name

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
