"""Databases beside a service's own, such as one for each test: what a kind must know of that."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SECONDS = 60.0
"""How long one step may take: a template of some size is copied within it."""


@dataclass(frozen=True)
class Database:
    """A database of one's own, by its name on the server; the URL may hold a password."""

    name: str
    url: str = field(repr=False)


class Around(Protocol):
    """What is done for a kind here, since it cannot be done through the service's port."""

    def take(self, name: str) -> bool:
        """Take a name that only one process has at a time; it is given back when that ends."""

    def give(self, name: str) -> None:
        """Give a name back before."""

    def execute(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Run a command in the service's container, with these variables besides its own.

        Raises:
            NotReady: it failed; the text is what it said.
        """


class Scratch(Protocol):
    """Makes databases and drops them; from any thread."""

    @property
    def slow(self) -> bool:
        """Whether it takes so long that one is made ahead, and dropped when nobody waits for it."""

    def make(self) -> Database:
        """A new database.

        Raises:
            NotReady: there can be none; the text says why.
        """

    def drop(self, name: str) -> None:
        """Take a database away again, whoever is connected to it.

        Raises:
            NotReady: the server did not do it.
        """
