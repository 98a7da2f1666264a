"""From the SDK's exceptions to ours: by type, errno and status first, by text where it must be."""

from __future__ import annotations

import errno
import socket
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import requests
from docker.errors import APIError, DockerException, TLSParameterError

from envcheck.core.errors import (
    EnvcheckError,
    Fix,
    ObjectConflict,
    ObjectMissing,
    RegistryUnreachable,
    StepFailed,
)
from envcheck.doctor.engine_faults import Unreachable, UnreachableReason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

P = ParamSpec("P")
R = TypeVar("R")

_NOT_FOUND = 404
_CONFLICT = 409
_FORBIDDEN = 403

# Texts with which engines of every version say that no registry answered. Each is a Go network
# error, which the engine passes on as HTTP 500.
_NO_REGISTRY = (
    "no such host",
    "connection refused",
    "i/o timeout",
    "network is unreachable",
    "no route to host",
    "Temporary failure in name resolution",
    "server misbehaving",
    "Client.Timeout exceeded",
    "context deadline exceeded",
    "TLS handshake timeout",
    "connection reset by peer",
    "proxyconnect tcp",
    "EOF",
)


# Texts with which registries say that they have no such image, or none for this user. A pull wraps
# the last two in one of the others; the question for a digest does not.
_NO_IMAGE = (
    "manifest unknown",
    "not found",
    "pull access denied",
    "name unknown",
    "denied: requested access",
)


def chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and everything that it was made from.

    The SDK wraps the true cause in ``__cause__``, ``__context__``, in the arguments, or (urllib3)
    in ``reason``.
    """
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        links = (current.__cause__, current.__context__, getattr(current, "reason", None))
        waiting += [x for x in (*links, *current.args) if isinstance(x, BaseException)]


def unreachable(error: Exception, *, endpoint: str, chosen_by: str) -> Unreachable:
    """Why the engine at an endpoint could not be talked to."""
    return Unreachable(_reason(error), endpoint, chosen_by, str(error))


def _reason(error: Exception) -> UnreachableReason:
    for cause in chain(error):
        if isinstance(cause, TLSParameterError):
            return "tls"
        if isinstance(cause, requests.exceptions.ReadTimeout | TimeoutError):
            return "timeout"
        if isinstance(cause, requests.exceptions.SSLError):
            return "tls"
        if isinstance(cause, socket.gaierror):
            return "resolve"
        if isinstance(cause, OSError) and cause.errno in _BY_ERRNO:
            return _BY_ERRNO[cause.errno]
    return "other"


# errno by name: the numbers differ between systems.
_BY_ERRNO: dict[int, UnreachableReason] = {
    errno.ENOENT: "absent",
    errno.ECONNREFUSED: "refused",
    errno.EACCES: "forbidden",
    errno.EPERM: "forbidden",
}


def explanation(error: APIError) -> str:
    """What the engine itself said, without the SDK's wrapping."""
    text = error.explanation
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text or error)


def translate(error: Exception, doing: str) -> EnvcheckError:
    """Our error for one of the SDK's; ``doing`` says what was being done, for the message."""
    if not isinstance(error, APIError):
        return StepFailed(f"{doing}: {error}", id="docker.connection-lost", evidence=(str(error),))
    text = explanation(error)
    status = error.status_code or 0
    message = f"{doing}: {text}"
    if "port is already allocated" in text or "address already in use" in text:
        return StepFailed(message, id="docker.port-taken", evidence=(text,), fix=_OTHER_PORT)
    if "no space left on device" in text:
        return StepFailed(message, id="machine.disk-full", evidence=(text,), fix=_PRUNE)
    if status == _NOT_FOUND:
        return ObjectMissing(message, id="docker.no-such-object", evidence=(text,))
    if status in (_CONFLICT, _FORBIDDEN):
        return ObjectConflict(message, id="docker.object-in-use", evidence=(text,))
    return StepFailed(message, id="docker.step-failed", evidence=(text,))


_OTHER_PORT = Fix("stop who holds the port, or give the service another one in the profile")
_PRUNE = Fix("make room where Docker keeps its data", ("docker system df", "docker system prune"))


def translate_pull(text: str, image: str) -> EnvcheckError:
    """Our error for what an engine or a registry said while an image was asked for."""
    message = f"pulling {image}: {text}"
    if any(known in text for known in _NO_IMAGE):
        return ObjectMissing(
            message,
            id="registry.unknown-image",
            evidence=(text,),
            fix=Fix(f"look at the name and the tag of {image}; a private one needs `docker login`"),
        )
    if any(known in text for known in _NO_REGISTRY):
        return RegistryUnreachable(message, id="registry.unreachable", evidence=(text,))
    if "no space left on device" in text:
        return StepFailed(message, id="machine.disk-full", evidence=(text,), fix=_PRUNE)
    return StepFailed(message, id="registry.pull-failed", evidence=(text,))


def ours(doing: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a method so that whatever the SDK raises in it becomes one of our errors."""

    def decorate(method: Callable[P, R]) -> Callable[P, R]:
        @wraps(method)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return method(*args, **kwargs)
            except (DockerException, requests.exceptions.RequestException) as error:
                name = next((str(a) for a in args[1:] if isinstance(a, str)), "")
                raise translate(error, f"{doing} {name}".strip()) from error

        return call

    return decorate
