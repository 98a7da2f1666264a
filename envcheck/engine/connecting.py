"""Connecting to an engine, or saying why not."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import docker

from envcheck.engine.client import DockerEngine
from envcheck.engine.failures import SDK_ERRORS, symptom

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.doctor.symptom import Symptom
    from envcheck.engine.endpoint import Endpoint

_CONNECT_SECONDS = 10
_WORK_SECONDS = 120
_POOL = 32
"""Connections kept open; more than the executor has workers, so that none waits for another."""


def connect(
    endpoint: Endpoint, environ: Mapping[str, str], process: str = ""
) -> DockerEngine | Symptom:
    """Talk to the engine at an endpoint, or say why not.

    The engine has 10 seconds to answer its first question; later ones have 120. ``process`` is our
    own process, as the engine's containers shall name it.
    """
    try:
        _knock(endpoint)
        client = docker.from_env(
            timeout=_CONNECT_SECONDS,
            max_pool_size=_POOL,
            environment=dict(environ),
            version="auto",
        )
        client.ping()
    except (*SDK_ERRORS, OSError) as error:
        seen_of_it = symptom(error, "connect")
        return replace(seen_of_it, endpoint=endpoint.url, chosen_by=endpoint.chosen_by)
    client.api.timeout = _WORK_SECONDS
    return DockerEngine(client.api, endpoint, process)


def _knock(endpoint: Endpoint) -> None:
    """See whether anybody listens at a unix socket.

    The SDK would find out as well, but leaves its socket open and wraps the error four times.

    Raises:
        OSError: nobody does, or we may not.
    """
    if endpoint.socket is not None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.settimeout(_CONNECT_SECONDS)
            door.connect(endpoint.socket)
