"""Text from outside: what a log, an engine or a command says must not steer the terminal.

Escape sequences and control characters go, passwords in URLs are blanked, and what the stream's
encoding cannot show is replaced. Done once, on the whole event, before anything is laid out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import Field, fields, is_dataclass, replace
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


_LONG = ("text", "evidence", "logs", "command", "commands")
"""The parts of events that may have several lines; all others are names and single sentences."""


class Outside:
    """Makes text from outside fit to be shown in an encoding."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self._encoding = encoding

    def event(self, event: Event) -> Event:
        """The event with all its text made harmless, and without the secrets it carries."""
        if isinstance(event, Connect):
            return Connect(variables={}, shown=self._value(event.shown, self._row))
        return cast("Event", self._value(event, self._row))

    def report(self, report: T) -> T:
        """The report likewise."""
        return cast("T", self._value(report, self._row))

    def text(self, text: str) -> str:
        """The text, harmless; line breaks are kept."""
        if text.isascii() and text.isprintable():
            return blank_urls(text)
        text = _ESCAPE.sub("", text).replace("\r\n", "\n")
        rows = (_last_written(row).expandtabs(4) for row in text.split("\n"))
        seen = "\n".join("".join(map(_visible, row)) for row in rows)
        return self._encodable(blank_urls(seen))

    def _row(self, text: str) -> str:
        return self.text(text).replace("\n", " ")

    def _encodable(self, text: str) -> str:
        try:
            text.encode(self._encoding)
        except UnicodeEncodeError:
            plain = text.translate(_PLAIN)
            return plain.encode(self._encoding, "replace").decode(self._encoding)
        return text

    def _value(self, value: Any, clean: Callable[[str], str]) -> Any:
        match value:
            case str():
                return clean(value)
            case tuple():
                return tuple(self._value(item, clean) for item in value)
            case Mapping():
                return {clean(str(key)): self._value(item, clean) for key, item in value.items()}
            case _ if is_dataclass(value) and not isinstance(value, type):
                return replace(
                    value, **{part.name: self._part(value, part) for part in fields(value)}
                )
            case _:
                return value

    def _part(self, whole: Any, part: Field[Any]) -> Any:
        clean = self.text if part.name in _LONG else self._row
        return self._value(getattr(whole, part.name), clean)


def _visible(character: str) -> str:
    """The character where it takes a place of its own and does not act; a space for any space."""
    if character.isprintable():
        return character
    return " " if unicodedata.category(character) == "Zs" else ""


def _last_written(row: str) -> str:
    """What a terminal shows of a row that returns to its start to write itself anew."""
    return row.rstrip("\r").rpartition("\r")[2]
