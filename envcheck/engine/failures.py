"""From the SDK's exceptions to symptoms, and from symptoms to our errors.

What a failure is called and what helps is the catalogue's business (`envcheck.doctor`); here it is
only read: by type, errno and status, and the engine's own words.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import requests
import urllib3
from docker.errors import APIError, DockerException, StreamParseError, TLSParameterError

from envcheck.core.errors import (
    EnvcheckError,
    ObjectConflict,
    ObjectMissing,
    RegistryUnreachable,
    StepFailed,
)
from envcheck.doctor.catalogue.reach import UNREACHABLE
from envcheck.doctor.diagnose import diagnose
from envcheck.doctor.symptom import Symptom

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from envcheck.doctor.fault import Diagnosis
    from envcheck.doctor.symptom import Doing

P = ParamSpec("P")
R = TypeVar("R")

SDK_ERRORS = (
    DockerException,
    StreamParseError,  # a stream that ends in the midst of a word
    requests.exceptions.RequestException,
    # The SDK reads streams below requests: this comes where the engine goes away in the middle.
    urllib3.exceptions.HTTPError,
)
"""All that a call of the SDK may raise."""

UNKNOWN = "unknown"
"""The id of a failure that no entry of the catalogue matches; its text is shown raw and whole."""

_NOT_FOUND = 404
_BY_STATUS = {404: "docker.no-such-object", 409: "docker.object-in-use"}
_ID = re.compile(r"[0-9a-f]{64}")
_IN_USE = (409, 403)
_MISSING_IMAGE = ("registry.unknown-image", "registry.access-denied", "registry.no-platform")

# What tells most about why nobody answered, most telling first. The SDK and urllib3 wrap it deeply.
_TELLING: tuple[type[BaseException], ...] = (
    TLSParameterError,
    StreamParseError,
    ssl.SSLError,
    socket.gaierror,
    TimeoutError,
    requests.exceptions.SSLError,
    requests.exceptions.ReadTimeout,
    json.JSONDecodeError,
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


def root_cause(error: BaseException) -> BaseException:
    """The exception of the chain that tells most."""
    links = tuple(chain(error))
    for kind in _TELLING:
        for link in links:
            if isinstance(link, kind):
                return link
    return next((link for link in links if isinstance(link, OSError) and link.errno), links[-1])


def symptom(error: Exception, doing: Doing, subject: str = "") -> Symptom:
    """What was seen of a failure."""
    cause = root_cause(error)
    return Symptom(
        doing=doing,
        subject=subject,
        text=explanation(error) if isinstance(error, APIError) else str(error),
        status=error.status_code if isinstance(error, APIError) else None,
        cause=type(cause).__name__,
        errno=getattr(cause, "errno", None),
    )


def explanation(error: APIError) -> str:
    """What the engine itself said, without the SDK's wrapping."""
    text = error.explanation
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text or error)


def our_error(seen: Symptom, about: str) -> EnvcheckError:
    """Our error for a symptom; ``about`` says what was being done, for the message."""
    found = diagnose(seen)
    kind = _kind(seen, found)
    if found is None:
        id = _BY_STATUS.get(seen.status or 0, UNKNOWN)
        return kind(f"{about}: {seen.text}", id=id, evidence=seen.text.splitlines())
    evidence = found.evidence or tuple(seen.text.splitlines())
    return kind(f"{about}: {found.what}", id=found.id, evidence=evidence, fix=found.fix)


def _kind(seen: Symptom, found: Diagnosis | None) -> type[StepFailed]:
    id = found.id if found else ""
    if id in UNREACHABLE:
        return RegistryUnreachable
    if id in _MISSING_IMAGE or seen.status == _NOT_FOUND:
        return ObjectMissing
    return ObjectConflict if seen.status in _IN_USE else StepFailed


def ours(about: str, doing: Doing = "ask") -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a method so that whatever the SDK raises in it becomes one of our errors.

    Args:
        about: what the method does, for the message; its first word argument comes behind it.
        doing: the same for the catalogue.
    """

    def decorate(method: Callable[P, R]) -> Callable[P, R]:
        @wraps(method)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return method(*args, **kwargs)
            except SDK_ERRORS as error:
                name = _subject(args)
                raise our_error(symptom(error, doing, name), f"{about} {name}".strip()) from error

        return call

    return decorate


def _subject(args: tuple[object, ...]) -> str:
    """The name of what a method works on: its first text, or the name of its spec."""
    for argument in args[1:]:
        if isinstance(argument, str):
            return argument[:12] if _ID.fullmatch(argument) else argument
        if name := getattr(argument, "name", ""):
            return str(name)
    return ""
