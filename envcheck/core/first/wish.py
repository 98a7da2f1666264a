"""A service that a project seems to need, and from where that is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Wish:
    """One service of a first profile; all texts as they shall stand in it.

    Attributes:
        kind: a kind of the catalogue; ``container`` for any other image.
        why: where it is known from, such as ``package.json: pg``.
        image_why: where the version comes from, if it has to be told apart.
        environment: variable to value; ``generate`` for a password that is made up.
        verify: the container's ports that must accept a connection, for what has no kind.
        notes: what of it could not be taken over, a sentence each.
    """

    name: str
    kind: str
    image: str
    why: str
    image_why: str = ""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    command: str | tuple[str, ...] = field(default=(), repr=False)
    restart: str = ""
    mem_limit: str = ""
    verify: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tool:
    """A program that the project needs on the machine, in which versions, and who says so."""

    program: str
    versions: str
    why: str
