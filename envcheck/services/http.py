"""HTTP as a probe: one GET, asked as a browser would ask it."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.services.kind import NotReady

if TYPE_CHECKING:
    from envcheck.services.kind import Access

_MOST = 1 << 20  # bytes of a body that are read; a probe is no download


@dataclass(frozen=True)
class Page:
    """An HTTP answer: its status and the first mebibyte of its body as text."""

    status: int
    body: str


def get(access: Access, path: str = "/") -> Page:
    """GET a path.

    Raises:
        NotReady: no HTTP answer came within ``access.timeout`` seconds.
    """
    connection = http.client.HTTPConnection(access.host, access.port, timeout=access.timeout)
    try:
        connection.request("GET", path, headers={"User-Agent": "envcheck", "Connection": "close"})
        response = connection.getresponse()
        return Page(response.status, response.read(_MOST).decode("utf-8", "replace"))
    except (OSError, http.client.HTTPException) as error:
        raise NotReady(f"GET {path}: {error or type(error).__name__}") from error
    finally:
        connection.close()


def url(access: Access) -> str:
    """The address to type into a browser."""
    return f"http://{access.host}:{access.port}"
