"""How the reader words its messages: quoted texts, lists of names, and names for types."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

UNUSABLE = re.compile(r"[\x00\ud800-\udfff]")
"""What no program can be given: NUL, and surrogates, which stand for bytes that are no text."""

_SHOWN = 60  # characters of a quoted text; a message is one line


@dataclass(frozen=True)
class Unquoted:
    """A plain YAML scalar that reads as a number or a truth value, kept as it was written.

    Keeping the text is what saves ``2.30`` from becoming 2.3 and ``010`` from becoming 8.
    """

    text: str

    @property
    def boolean(self) -> bool:
        """Whether it is ``true`` or ``false``."""
        return self.text.lower() in ("true", "false")


def quote(text: str) -> str:
    """The text in quotes, on one line, shortened, with unprintable characters spelt out."""
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[: _SHOWN + 1])
    return f"'{shown[:_SHOWN]}…'" if len(shown) > _SHOWN else f"'{shown}'"


def listing(names: Iterable[str], last: str = "or") -> str:
    """The names as a person lists them: ``a, b or c``."""
    *most, final = [*names]
    return f"{', '.join(most)} {last} {final}" if most else final


def noun(value: object) -> str:
    """What a value read from YAML is, in plain words."""
    match value:
        case None:
            return "nothing"
        case str():
            return "text"
        case Unquoted():
            return f"the truth value {value.text}" if value.boolean else f"the number {value.text}"
        case dict():
            return "a mapping"
        case _:
            return "a list"
