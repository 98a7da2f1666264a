"""Which engine is meant, and why: DOCKER_HOST, a context, or the default socket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docker.context import ContextAPI
from docker.errors import DockerException

from envcheck.core.errors import EngineUnusable, Fix

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_SOCKET = "unix:///var/run/docker.sock"


@dataclass(frozen=True)
class Endpoint:
    """An engine's address and what chose it (``default``, ``DOCKER_HOST``, ``context NAME``)."""

    url: str
    chosen_by: str

    @property
    def socket(self) -> str | None:
        """The path of the unix socket, or None where the engine is reached otherwise."""
        return self.url.removeprefix("unix://") if self.url.startswith("unix://") else None


def resolve(environ: Mapping[str, str]) -> Endpoint:
    """The endpoint that Docker's own command line would use.

    Raises:
        EngineUnusable: the context that is asked for does not exist. The SDK alone would fall back
            to the default socket without a word.
    """
    if host := environ.get("DOCKER_HOST"):
        return Endpoint(host, "DOCKER_HOST")
    named = environ.get("DOCKER_CONTEXT", "")
    try:
        context = ContextAPI.get_context(named or None)
    except DockerException as error:
        raise _no_context(named, str(error)) from error
    if context is None:
        raise _no_context(named, "")
    if context.Name == "default":
        return Endpoint(context.Host or DEFAULT_SOCKET, "default")
    return Endpoint(context.Host or DEFAULT_SOCKET, f"context {context.Name}")


def _no_context(name: str, text: str) -> EngineUnusable:
    return EngineUnusable(
        f"the Docker context '{name}' does not exist" if name else "no such Docker context",
        id="docker.context-unknown",
        evidence=(text,) if text else (),
        fix=Fix("use one that exists", ("docker context ls", "docker context use default")),
    )
