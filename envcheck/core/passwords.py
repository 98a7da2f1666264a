"""Passwords that envcheck makes up itself: where a profile wants one, and putting them in. Pure.

``POSTGRES_PASSWORD: generate`` asks for one, where the service's kind lists the variable among its
secrets and the word stands in the profile as it is. What comes out of a variable is never the word:
who has the password "generate" writes ``"${ANY_NAME:-generate}"``. Another variable or a command of
the profile has it as ``${SERVICE.POSTGRES_PASSWORD}``.

Until a password is known a mark stands in its place. It holds a NUL, which neither YAML nor a
variable can bring in and no engine takes: a mark that was forgotten becomes nobody's password.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envcheck.core.profile import Profile, Service

WORD = "generate"
_MARK = re.compile("\0([^\0.]+)\\.([^\0]+)\0")


@dataclass(frozen=True)
class Password:
    """A password by the service that has it and the variable that it gets it in."""

    service: str
    variable: str

    def __str__(self) -> str:
        return f"{self.service}.{self.variable}"

    @property
    def mark(self) -> str:
        """What stands in its place until it is known."""
        return f"\0{self}\0"


def wanted(profile: Profile) -> tuple[Password, ...]:
    """The passwords that a profile asks for and that are not known yet."""
    return tuple(
        password
        for name, service in profile.services.items()
        for variable, value in service.environment.items()
        if value == (password := Password(name, variable)).mark
    )


def marks_in(text: str) -> Iterator[Password]:
    """The passwords that stand in a text by their marks."""
    return (Password(service, variable) for service, variable in _MARK.findall(text))


def with_references(text: str) -> str:
    """The text with each mark as a profile writes it."""
    return _MARK.sub(r"${\1.\2}", text)


def with_passwords(profile: Profile, known: Mapping[Password, str]) -> Profile:
    """The profile with the passwords that are known; marks stand for the others."""
    services = {name: _with(service, known) for name, service in profile.services.items()}
    return replace(profile, services=services)


def _with(service: Service, known: Mapping[Password, str]) -> Service:
    def put_in(text: str) -> str:
        return _MARK.sub(lambda found: known.get(Password(*found.groups()), found[0]), text)

    environment = {name: put_in(value) for name, value in service.environment.items()}
    command = None if service.command is None else tuple(map(put_in, service.command))
    return replace(service, environment=environment, command=command)
