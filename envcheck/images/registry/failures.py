"""What went wrong between us and a registry, as our errors, by status and type of exception.

The names are those of the fault catalogue, which says the same of what an engine meets.
"""

from __future__ import annotations

import base64
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import requests

from envcheck.core.errors import EnvcheckError, Fix, RegistryUnreachable, StepFailed
from envcheck.core.secrets import BLANK, secret_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SHOWN = 300  # characters of an answer that is no JSON
_REFUSALS: Mapping[int, tuple[str, str, str]] = {
    HTTPStatus.UNAUTHORIZED: (
        "registry.login-failed",
        "the registry does not accept the login for {image}",
        "log in: `docker login {host}`",
    ),
    HTTPStatus.FORBIDDEN: (
        "registry.access-denied",
        "the registry denies access to {image}",
        "look at the name; if it is right, log in: `docker login {host}`",
    ),
    HTTPStatus.NOT_FOUND: (
        "registry.unknown-image",
        "the registry has no such image: {image}",
        "look at the name and the tag",
    ),
    HTTPStatus.TOO_MANY_REQUESTS: (
        "registry.rate-limit",
        "the registry lets nobody ask more for now: {image}",
        "log in, which raises the limit, or wait",
    ),
}


def refused(host: str, image: str, answer: requests.Response) -> EnvcheckError:
    """The error for an answer that is not what was asked for."""
    id, what, advice = _REFUSALS.get(
        answer.status_code,
        (
            "registry.broken",
            "the registry failed while it was asked for {image}",
            "try again in some minutes",
        ),
    )
    return StepFailed(
        what.format(image=image),
        id=id,
        evidence=_said(answer, f"{host} answered {answer.status_code} {answer.reason}"),
        fix=Fix(advice.format(host=host)),
    )


def _said(answer: requests.Response, first: str) -> tuple[str, ...]:
    """What the registry says of it, without the login, which it may repeat to us."""
    sent = sorted(filter(None, _sent(answer)), key=len, reverse=True)

    def blanked(text: str) -> str:
        for secret in sent:
            text = text.replace(secret, BLANK)
        return text

    return tuple(map(blanked, (first, *_told(answer))))


def _sent(answer: requests.Response) -> Iterator[str]:
    """What we have sent to prove who asks, in every form that it had."""
    for one in (*answer.history, answer):
        header = str(one.request.headers.get("Authorization") or "")
        scheme, _, proof = header.partition(" ")
        yield proof
        if scheme.lower() == "basic":
            with suppress(ValueError):
                yield base64.b64decode(proof).decode().partition(":")[2]
        body = one.request.body
        for name, value in parse_qsl(body if isinstance(body, str) else ""):
            if name in secret_names([name]):
                yield value


def _told(answer: requests.Response) -> tuple[str, ...]:
    """The texts in an answer: the registry's API has a list of errors for that."""
    try:
        errors = answer.json()["errors"]
        return tuple(f"{error['code']}: {error.get('message', '')}" for error in errors)
    except (ValueError, KeyError, TypeError, AttributeError):
        text = answer.text[:_SHOWN].strip()
        return (text,) if text else ()


def unreachable(host: str, image: str, error: requests.RequestException) -> RegistryUnreachable:
    """The error for a registry that gave no answer."""
    id, why = _way(error)
    return RegistryUnreachable(
        f"{host} cannot be asked for {image}: {why}",
        id=id,
        evidence=(_cause(error),),
        fix=Fix(
            "check the way to the registry from this machine: network, proxy, name server; "
            "or name a mirror in ENVCHECK_MIRRORS"
        ),
    )


def _cause(error: requests.RequestException) -> str:
    """The reason itself, without the two or three layers that say it again around it."""
    inner = error.args[0] if error.args else error
    return str(getattr(inner, "reason", None) or inner)


def _way(error: requests.RequestException) -> tuple[str, str]:
    if isinstance(error, requests.exceptions.SSLError):
        return "registry.certificate", "its certificate is not trusted here, or it speaks no TLS"
    if isinstance(error, requests.exceptions.ProxyError):
        return "registry.proxy", "a proxy is in the way"
    if isinstance(error, requests.exceptions.Timeout):
        return "registry.timeout", "it does not answer in time"
    if "NameResolutionError" in repr(error) or "Name or service" in str(error):
        return "registry.no-such-host", "its address cannot be found"
    return "registry.unreachable", "nobody answers there"
