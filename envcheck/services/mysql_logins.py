"""As whom a client logs in to MySQL or MariaDB, told by the variables of their images."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Login:
    """As whom a client logs in.

    Attributes:
        database: where it works, or nothing where the profile names no database.
        unknown: why its password cannot be known here, or nothing where it is.
    """

    user: str
    password: str = field(default="", repr=False)
    database: str = ""
    unknown: str = ""


@dataclass(frozen=True)
class Logins:
    """Whom a service has: root, and the profile's user where it names one with a password."""

    root: Login
    user: Login | None = None

    @property
    def usual(self) -> Login:
        """As whom the profile's programs log in."""
        return self.user or self.root

    @property
    def keeper(self) -> Login:
        """Who may make things: a user without a database has no rights at all."""
        return self.usual if self.usual.database or self.root.unknown else self.root


LoginsOf: TypeAlias = "Callable[[Mapping[str, str]], Logins]"
"""How a kind reads its logins from the variables of a service."""


def logins(given: Callable[[str], str], unknown: str) -> Logins:
    """Read the logins from variables.

    Args:
        given: the value of a variable by its name without the product's name before it, or nothing.
        unknown: what to say where root's password cannot be known.
    """
    password, database = given("ROOT_PASSWORD"), given("DATABASE")
    empty = given("ALLOW_EMPTY_PASSWORD") or given("ALLOW_EMPTY_ROOT_PASSWORD")
    root = Login("root", password, database, "" if password or empty else unknown)
    if given("USER") and given("PASSWORD"):
        return Logins(root, Login(given("USER"), given("PASSWORD"), database))
    return Logins(root)
