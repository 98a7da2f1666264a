"""Ports of this machine."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def taken(ports: Iterable[int]) -> frozenset[int]:
    """Those of the TCP ports that cannot be listened on at 127.0.0.1, since somebody does."""
    return frozenset(port for port in ports if not _free(port))


def _free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as attempt:
        # Ports of connections that ended a moment ago count as free, as they do for the engine.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except PermissionError:  # below 1024 as a plain user: the engine may, so ask by dialling
            return attempt.connect_ex(("127.0.0.1", port)) != 0
        except OSError:
            return False
    return True
