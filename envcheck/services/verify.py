"""The profile's own `verify` probes that need nothing but the published port: http and tcp."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from envcheck.services import http
from envcheck.services.kind import NotReady

if TYPE_CHECKING:
    from envcheck.core.profile import HttpProbe
    from envcheck.services.kind import Access

# A proxy in front of the container accepts before anybody listens behind it, and closes at once.
_LISTEN = 0.05
_SHOWN = 80


def verify_http(access: Access, probe: HttpProbe) -> None:
    """GET and compare with what the profile expects.

    Raises:
        NotReady: another status, another body, or no answer.
    """
    page = http.get(access, probe.path)
    if page.status != probe.status:
        raise NotReady(f"GET {probe.path} answered {page.status}, expected {probe.status}")
    if probe.contains not in page.body:
        start = " ".join(page.body.split())[:_SHOWN]
        raise NotReady(f"GET {probe.path} does not contain '{probe.contains}': {start}")


def verify_tcp(access: Access) -> None:
    """Connect, and see that the other side does not hang up at once.

    Raises:
        NotReady: refused, timed out, or accepted and closed.
    """
    where = f"{access.host}:{access.port}"
    try:
        connection = socket.create_connection((access.host, access.port), access.timeout)
    except OSError as error:
        raise NotReady(f"{where}: {error.strerror or error}") from error
    with connection:
        if _hung_up(connection):
            raise NotReady(f"{where} accepted the connection and closed it")


def _hung_up(connection: socket.socket) -> bool:
    connection.settimeout(_LISTEN)
    try:
        return connection.recv(1) == b""
    except TimeoutError:  # silent and open: a server that waits for its client to speak
        return False
    except OSError:
        return True
