"""Where the API of a registry is, and where a password may go."""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from urllib.parse import urlsplit

_HUB = "docker.io"
_HUB_API = "registry-1.docker.io"


def base_url(host: str) -> str:
    """The address of a registry: as engines do, without TLS only on this machine itself."""
    if host == _HUB:
        return f"https://{_HUB_API}"
    name = host.rpartition(":")[0] or host
    return f"{'http' if _is_local(name) else 'https'}://{host}"


def may_be_told_secrets(url: str) -> bool:
    """Whether what is sent there can be read by nobody on the way."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and _is_local(parts.hostname or ""))


def _is_local(name: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(name).is_loopback
    return name == "localhost"
