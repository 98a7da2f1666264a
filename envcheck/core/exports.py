"""What a profile exports besides the usual variables: texts with places for what is known late.

``{db.url}``, ``{db.host}``, ``{db.port}``, ``{web.port.8080}`` (the host's port for one of the
container's), ``{db.user}``, ``{db.password}``, ``{db.database}`` (the parts of its URL), and
``{db.VARIABLE}`` (a variable of its environment). ``{{`` and ``}}`` are braces. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from envcheck.core.secrets import BLANK, blank_urls, secret_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FIELDS = ("url", "host", "port", "user", "password", "database")
"""What can be asked of a service besides its variables."""

_PIECE = re.compile(r"(?P<brace>\{\{|\}\})|\{(?P<place>[^{}]*)\}|(?P<odd>[{}])|(?P<text>[^{}]+)")


class BadTemplate(ValueError):
    """A text whose braces do not fit."""


@dataclass(frozen=True)
class Place:
    """A place in a text: the service, and what of it; ``port`` is a container's, of several."""

    service: str
    field: str
    port: int | None = None

    def __str__(self) -> str:
        return f"{{{self.service}.{self.field}{'' if self.port is None else f'.{self.port}'}}}"


@dataclass(frozen=True)
class Reached:
    """A service that is up, as far as exports can tell of it.

    Attributes:
        host: where it is reached.
        ports: container port to port on that host.
        main: the container port that it is known by, or None.
        url: the value of its connection variable, or nothing.
        environment: its variables.
    """

    host: str
    ports: Mapping[int, int]
    main: int | None
    url: str = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)


def pieces(text: str) -> Iterator[str | Place]:
    """The text's parts in their order: texts as they are, and places.

    Raises:
        BadTemplate: a brace stands alone, or a place is none.
    """
    for found in _PIECE.finditer(text):
        if found["odd"]:
            raise BadTemplate("a brace that opens or closes nothing")
        if found["brace"]:
            yield found["brace"][0]
        elif found["text"]:
            yield found["text"]
        else:
            yield _place(found["place"])


def places(text: str) -> tuple[Place, ...]:
    """The places of a text.

    Raises:
        BadTemplate: as `pieces`.
    """
    return tuple(piece for piece in pieces(text) if isinstance(piece, Place))


def escaped(text: str) -> str:
    """The text with nothing in it that is a place."""
    return text.replace("{", "{{").replace("}", "}}")


def filled(text: str, services: Mapping[str, Reached]) -> tuple[str, str] | None:
    """The text with its places filled, and the same with every secret blanked.

    None where a place cannot be filled: its service is not up, or does not publish the port.
    """
    whole, shown = "", ""
    for piece in pieces(text):
        if isinstance(piece, str):
            whole, shown = whole + piece, shown + piece
            continue
        reached = services.get(piece.service)
        value = None if reached is None else _value(piece, reached)
        if value is None:
            return None
        whole += value
        shown += _shown(piece, value)
    return whole, blank_urls(shown)


def _place(body: str) -> Place:
    service, dot, rest = body.partition(".")
    name, more, port = rest.partition(".")
    if not (service and dot and name) or (more and (name != "port" or not port.isdecimal())):
        raise BadTemplate("what stands in {…} is not of the form {service.url}")
    return Place(service, name, int(port) if more else None)


def _value(place: Place, reached: Reached) -> str | None:
    match place.field:
        case "url":
            return reached.url or None
        case "host":
            return reached.host
        case "port":
            port = reached.ports.get(place.port or reached.main or 0)
            return None if port is None else str(port)
        case "user" | "password" | "database":
            return _part(place.field, reached.url) if reached.url else None
        case variable:
            return reached.environment.get(variable)


def _part(name: str, url: str) -> str:
    """A part of a connection URL, as it is before it was written into one; empty without it."""
    parts = urlsplit(url)
    found = {"user": parts.username, "password": parts.password, "database": parts.path[1:]}[name]
    return unquote(found or "")


def _shown(place: Place, value: str) -> str:
    secret = place.field == "password" or bool(secret_names([place.field]))
    return BLANK if secret and value else blank_urls(value)
