"""What lines are written on: its width, the glyphs it can show, and whether it has colours."""

from __future__ import annotations

import codecs
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDEST = 100
NARROWEST = 40
BODY = 22
"""The column where the sentence of a check, an image or a change begins."""

_DUMB = ("dumb", "unknown")


@dataclass(frozen=True)
class Glyphs:
    """The signs that are not letters, in one form that a stream can show."""

    good: str
    look: str
    stop: str
    skip: str
    busy: str
    done: str
    left: str
    cut: str
    dot: str


UNICODE = Glyphs("✓", "!", "✗", "–", "…", "━", "─", "…", "·")  # noqa: RUF001 - the dash is meant
ASCII = Glyphs("+", "!", "x", "-", ".", "#", "-", "...", "|")


@dataclass(frozen=True)
class Page:
    """What lines are laid out for.

    Attributes:
        width: columns; only commands may be longer.
        glyphs: the signs that can be shown.
        program: how envcheck is called in the advice given.
        bars: whether a download's bar stays in its line when it is complete.
        timings: whether it is told at the end where the time went.
    """

    width: int = WIDEST
    glyphs: Glyphs = UNICODE
    program: str = "./inv"
    bars: bool = True
    timings: bool = False


@dataclass(frozen=True)
class Medium:
    """What a stream can do."""

    live: bool
    colour: bool
    encoding: str

    @property
    def glyphs(self) -> Glyphs:
        """The glyphs that the encoding can show."""
        return UNICODE if _shows(self.encoding, "✓✗–━─…·•") else ASCII  # noqa: RUF001


def medium(stream: TextIO, environ: Mapping[str, str]) -> Medium:
    """What a stream can do, told by itself and by the environment.

    NO_COLOR silences colours, FORCE_COLOR asks for them where there is no terminal; a dumb terminal
    gets plain lines.
    """
    dumb = environ.get("TERM", "") in _DUMB
    terminal = stream.isatty() and not dumb
    forced = environ.get("FORCE_COLOR", "0") not in ("", "0")
    colour = not environ.get("NO_COLOR") and (terminal or forced)
    return Medium(live=terminal, colour=colour, encoding=_encoding(stream, environ))


def _encoding(stream: TextIO, environ: Mapping[str, str]) -> str:
    """The encoding to write for.

    Python writes UTF-8 in the C locale (PEP 538 and 540), where the terminal may well show
    something else; so a locale that says C is believed rather than the stream. LC_CTYPE=C.UTF-8 is
    what Python itself sets in that case.
    """
    ctype = environ.get("LC_CTYPE", "")
    coerced = "" if ctype == "C.UTF-8" else ctype
    locale = environ.get("LC_ALL") or coerced or environ.get("LANG", "")
    if locale in ("C", "POSIX"):
        return "ascii"
    return getattr(stream, "encoding", None) or "utf-8"


def _shows(encoding: str, text: str) -> bool:
    try:
        codecs.encode(text, encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def columns(stream: TextIO, environ: Mapping[str, str]) -> int:
    """The width of a terminal; without one, what COLUMNS says, or the widest that is written."""
    told = environ.get("COLUMNS", "")
    if told.isdigit() and int(told):
        return int(told)
    try:
        return os.get_terminal_size(stream.fileno()).columns or WIDEST
    except (OSError, ValueError):  # no terminal, or no file at all
        return WIDEST


def fitted(width: int) -> int:
    """The width to lay out for, on a terminal of that width."""
    return max(NARROWEST, min(WIDEST, width))
