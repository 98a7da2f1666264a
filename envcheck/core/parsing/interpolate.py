"""Variables in a text, as in Compose.

``$VAR`` and ``${VAR}`` stand for a value, ``${VAR-default}`` and ``${VAR+other}`` ask whether it is
set, ``${VAR?message}`` insists on it; with a colon (``:-`` ``:+`` ``:?``) an empty value counts as
unset. What follows the operator may hold variables itself. ``$$`` is a dollar sign, and so is a
``$`` before anything else. Values are put in as they are, never interpolated again.

Besides Compose, ``${SERVICE.VARIABLE}`` stands for a password that is generated, where the text may
hold one; a mark is put in for it (see `core.passwords`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from envcheck.core.parsing.values import NAME
from envcheck.core.parsing.wording import UNUSABLE
from envcheck.core.passwords import Password

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = "[A-Za-z_][A-Za-z0-9_]*"
_DOLLAR = re.compile(rf"\$(?:(?P<escaped>\$)|(?P<name>{_NAME})|(?P<brace>\{{))")
_BODY = re.compile(
    rf"(?P<name>{_NAME})(?:(?P<colon>:?)(?P<operator>[-+?])(?P<operand>.*))?", re.DOTALL
)
_PASSWORD = re.compile(rf"(?P<service>{NAME})\.(?P<variable>{_NAME})")
_BRACES = re.compile(r"\$\$|\$\{|\}")
_MAX_DEPTH = 8  # a default in a default in a default is rare enough


class InterpolationError(ValueError):
    """The text cannot be interpolated; ``hint`` says what to do, if anything is known."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class Interpolated:
    """A text with its variables put in, and the names that were not set and had no default."""

    text: str
    unset: tuple[str, ...] = ()


def interpolate(text: str, environ: Mapping[str, str], *, passwords: bool = False) -> Interpolated:
    """Put the variables' values into a text; ``passwords``: whether it may refer to such.

    Raises:
        InterpolationError: a required variable is not set, or a ``${`` is malformed. The message
            quotes no value and no default: either may be a secret.
    """
    work = _Work(environ, passwords)
    return Interpolated(work.fill(text), tuple(work.unset))


@dataclass
class _Work:
    environ: Mapping[str, str]
    passwords: bool = False
    unset: dict[str, None] = field(default_factory=dict)

    def fill(self, text: str) -> str:
        parts: list[str] = []
        position = 0
        while found := _DOLLAR.search(text, position):
            parts.append(text[position : found.start()])
            position = found.end()
            if found["escaped"]:
                parts.append("$")
            elif found["name"]:
                parts.append(self._value(found["name"]))
            else:
                end = _closing_brace(text, position)
                parts.append(self._braced(text[position:end]))
                position = end + 1
        return "".join((*parts, text[position:]))

    def _value(self, name: str) -> str:
        if name not in self.environ:
            self.unset[name] = None
        value = self.environ.get(name, "")
        if UNUSABLE.search(value):
            raise InterpolationError(f"the variable {name} holds bytes that are no text")
        return value

    def _braced(self, body: str) -> str:
        password = _PASSWORD.fullmatch(body)
        if password and self.passwords:
            return Password(**password.groupdict()).mark
        if password:
            raise InterpolationError(
                f"'${{{body}}}' can stand in an environment or a command only",
                "a generated password belongs nowhere else",
            )
        found = _BODY.fullmatch(body)
        if not found:
            raise InterpolationError(
                "what stands in '${…}' is not a variable",
                "such as ${NAME} or ${NAME:-default}; write $$ for a dollar sign",
            )
        name, operator, operand = found["name"], found["operator"], found["operand"]
        usable = bool(self.environ.get(name)) if found["colon"] else name in self.environ
        match operator:
            case "-":
                return self._value(name) if usable else self.fill(operand)
            case "+":
                return self.fill(operand) if usable else ""
            case "?":
                return self._value(name) if usable else _missing(name, operand, found["colon"])
            case _:
                return self._value(name)


def _missing(name: str, message: str, colon: str) -> NoReturn:
    """Refuse; the message is shown as written, since what it would be filled with may be secret."""
    what = f"the variable {name} is not set{' or is empty' if colon else ''}"
    raise InterpolationError(f"{what}: {message}" if message else what, f"export {name}=…")


def _closing_brace(text: str, position: int) -> int:
    """Where the ``${`` whose body starts at ``position`` ends."""
    depth = 1
    for found in _BRACES.finditer(text, position):
        depth += {"$$": 0, "${": 1, "}": -1}[found.group()]
        if depth == 0:
            return found.start()
        if depth > _MAX_DEPTH:
            raise InterpolationError(f"'${{…}}' is nested more than {_MAX_DEPTH} levels deep")
    raise InterpolationError("a '${' is never closed", "write $$ for a dollar sign")
