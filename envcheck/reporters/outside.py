"""Text from outside: what a log, an engine or a command says must not steer the terminal.

Escape sequences and control characters go, passwords in URLs are blanked, and what the stream's
encoding cannot show is replaced. Done once, on the whole event, before anything is laid out.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from envcheck.core.events import Connect
from envcheck.core.secrets import blank_urls
from envcheck.core.texts import with_texts

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


# What a runner takes for a command, in its two spellings (actions/runner, ActionCommand.cs): the
# one begins a line, wherever a line may begin after it was wrapped; the other stands anywhere.
_COMMAND = re.compile(
    r"::(?=(?:add-(?:mask|matcher|path)|debug|echo|(?:end)?group|error|internal-[a-z-]+|notice"
    r"|remove-matcher|save-state|set-(?:env|output)|stop-commands|warning)\b)|##(?=\[)",
    re.IGNORECASE,
)

_LONG = ("text", "evidence", "logs", "command", "commands")
"""The parts of events that may have several lines; all others are names and single sentences."""


class Outside:
    """Makes text from outside fit to be shown in an encoding.

    Args:
        encoding: what the stream writes.
        runner: whether a GitHub runner reads along, which takes commands from what is printed.
    """

    def __init__(self, encoding: str = "utf-8", *, runner: bool = False) -> None:
        self._encoding = encoding
        self._runner = runner

    def event(self, event: Event) -> Event:
        """The event with all its text made harmless, and without the secrets it carries."""
        if isinstance(event, Connect):
            event = replace(event, variables={})
        return with_texts(event, self._changed)

    def report(self, report: T) -> T:
        """The report likewise."""
        return with_texts(report, self._changed)

    def _changed(self, text: str, field: str) -> str:
        return self.text(text) if field in _LONG else self._row(text)

    def text(self, text: str) -> str:
        """The text, harmless; line breaks are kept."""
        if text.isascii() and text.isprintable():
            return self._harmless(blank_urls(text))
        text = _ESCAPE.sub("", text).replace("\r\n", "\n")
        rows = (_last_written(row).expandtabs(4) for row in text.split("\n"))
        seen = "\n".join("".join(map(_visible, row)) for row in rows)
        return self._harmless(self._encodable(blank_urls(seen)))

    def _harmless(self, text: str) -> str:
        return _COMMAND.sub(lambda sign: " ".join(sign[0]), text) if self._runner else text

    def _row(self, text: str) -> str:
        return self.text(text).replace("\n", " ")

    def _encodable(self, text: str) -> str:
        try:
            text.encode(self._encoding)
        except UnicodeEncodeError:
            plain = text.translate(_PLAIN)
            return plain.encode(self._encoding, "replace").decode(self._encoding)
        return text


def _visible(character: str) -> str:
    """The character where it takes a place of its own and does not act; a space for any space."""
    if character.isprintable():
        return character
    return " " if unicodedata.category(character) == "Zs" else ""


def _last_written(row: str) -> str:
    """What a terminal shows of a row that returns to its start to write itself anew."""
    return row.rstrip("\r").rpartition("\r")[2]
