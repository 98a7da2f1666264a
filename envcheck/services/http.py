"""HTTP as a probe: one GET, asked as a browser would ask it."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from envcheck.services.kind import Access, NotReady

_MOST = 1 << 20  # bytes of a body that are read; a probe is no download
_PIECE = 1 << 16


@dataclass(frozen=True)
class Page:
    """An HTTP answer: its status, its body as text, and what the server calls itself.

    The body is cut off after a mebibyte, and where it does not end in time: a stream of events
    never does, and is an answer all the same.
    """

    status: int
    body: str
    server: str = ""


def get(access: Access, path: str = "/") -> Page:
    """GET a path.

    Raises:
        NotReady: no HTTP answer came within ``access.timeout`` seconds.
    """
    end = time.monotonic() + access.timeout
    connection = http.client.HTTPConnection(access.host, access.port, timeout=access.timeout)
    try:
        connection.request("GET", path, headers={"User-Agent": "envcheck", "Connection": "close"})
        response = connection.getresponse()
        body = _body(response, end).decode("utf-8", "replace")
        return Page(response.status, body, response.getheader("Server", ""))
    except (OSError, http.client.HTTPException) as error:
        raise NotReady(f"GET {path}: {error or type(error).__name__}") from error
    finally:
        connection.close()


def _body(response: http.client.HTTPResponse, end: float) -> bytes:
    body = b""
    while len(body) < _MOST and time.monotonic() < end:
        piece = response.read1(min(_PIECE, _MOST - len(body)))
        if not piece:
            break
        body += piece
    return body


def url(access: Access) -> str:
    """The address to type into a browser."""
    return f"http://{access.host}:{access.port}"


def dial(address: str, seconds: float) -> str:
    """GET what is at an address.

    Raises:
        NotReady: no HTTP answer came.
    """
    parts = urlsplit(address)
    path = parts.path or "/"
    page = get(Access(parts.hostname or "", parts.port or 80, timeout=seconds), path)
    return f"GET {path} answered {page.status}"
