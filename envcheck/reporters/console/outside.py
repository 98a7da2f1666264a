"""Text from outside: what a log, an engine or a command says must not steer the terminal.

Escape sequences and control characters go, passwords in URLs are blanked, and what the stream's
encoding cannot show is replaced. Done once, on the whole event, before anything is laid out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from envcheck.core.events import Connect
from envcheck.core.secrets import blank_urls

if TYPE_CHECKING:
    from envcheck.core.events import Event

T = TypeVar("T")

_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS, …
    r"|\x1b[ -/]*[0-~]"  # the two-letter ones
)
_PLAIN = str.maketrans(
    {"…": "...", "•": "*", "–": "-", "—": "-", "·": "|", "≥": ">=", "≤": "<=", "→": "->",  # noqa: RUF001
     "“": '"', "”": '"', "‘": "'", "’": "'", "✓": "+", "✗": "x", "━": "#"}  # noqa: RUF001
)  # fmt: skip


class Outside:
    """Makes text from outside fit to be shown in an encoding."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self._encoding = encoding

    def event(self, event: Event) -> Event:
        """The event with all its text made harmless, and without the secrets it carries."""
        if isinstance(event, Connect):
            return Connect(variables={}, shown=self._value(event.shown))
        return cast("Event", self._value(event))

    def report(self, report: T) -> T:
        """The report likewise."""
        return cast("T", self._value(report))

    def text(self, text: str) -> str:
        """The text, harmless; line breaks are kept."""
        text = _ESCAPE.sub("", text).replace("\r\n", "\n")
        rows = (_last_written(row).expandtabs(4) for row in text.split("\n"))
        seen = "\n".join("".join(map(_visible, row)) for row in rows)
        return self._encodable(blank_urls(seen))

    def _encodable(self, text: str) -> str:
        try:
            text.encode(self._encoding)
        except UnicodeEncodeError:
            plain = text.translate(_PLAIN)
            return plain.encode(self._encoding, "replace").decode(self._encoding)
        return text

    def _value(self, value: Any) -> Any:
        match value:
            case str():
                return self.text(value)
            case tuple():
                return tuple(self._value(item) for item in value)
            case Mapping():
                return {self._value(key): self._value(item) for key, item in value.items()}
            case _ if is_dataclass(value) and not isinstance(value, type):
                parts = {part.name: getattr(value, part.name) for part in fields(value)}
                return replace(value, **{name: self._part(name, p) for name, p in parts.items()})
            case _:
                return value

    def _part(self, name: str, value: Any) -> Any:
        clean = self._value(value)
        # Names and summaries stand in one line; what may be long is a tuple or an advice's text.
        return clean.replace("\n", " ") if isinstance(clean, str) and name != "text" else clean


def _visible(character: str) -> str:
    """The character where it takes a place of its own and does not act; a space for any space."""
    if character.isprintable():
        return character
    return " " if unicodedata.category(character) == "Zs" else ""


def _last_written(row: str) -> str:
    """What a terminal shows of a row that returns to its start to write itself anew."""
    return row.rstrip("\r").rpartition("\r")[2]
