"""Lines and how they are laid out: spans of text with a meaning, measured in cells. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from envcheck.reporters.calling import TIE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Style = Literal["plain", "good", "look", "stop", "grey", "strong"]


@dataclass(frozen=True)
class Span:
    """A piece of a line, and what it means."""

    text: str
    style: Style = "plain"


Line = tuple[Span, ...]

GAP: Line = ()
"""An empty line between two blocks; several in a row count as one."""

Block = list[Line]

_SPACE = re.compile(r"[^\S\xa0]+")


def line(*texts: str, style: Style = "plain") -> Line:
    """A line of texts in one style."""
    return tuple(Span(text, style) for text in texts if text)


def cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(_cell(character) for character in text)


def _cell(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def length(of: Line) -> int:
    """How many columns a line takes."""
    return sum(cells(span.text) for span in of)


def pad(text: str, width: int) -> str:
    """The text, filled up with spaces to a width."""
    return text + " " * (width - cells(text))


def label(text: str, width: int) -> str:
    """The text as the first column of a line; a long one pushes the rest, but never touches it."""
    return pad(text, max(width, cells(text) + 2))


def padded(of: Line, width: int) -> Line:
    """The line, filled up with spaces to a width."""
    missing = width - length(of)
    return (*of, Span(" " * missing)) if missing > 0 else of


def _fitting(text: str, width: int) -> int:
    """How many characters of a text fit into so many columns."""
    used = 0
    for place, character in enumerate(text):
        used += _cell(character)
        if used > width:
            return place
    return len(text)


def clip(text: str, width: int, mark: str) -> str:
    """The text cut to a width; ``mark`` shows that it went on."""
    if cells(text) <= width:
        return text
    return text[: _fitting(text, max(width - cells(mark), 0))].rstrip() + mark


def clipped(of: Line, width: int, mark: str) -> Line:
    """The line cut to a width; ``mark`` shows that it went on."""
    if length(of) <= width:
        return of
    return (*_crop(of, width - cells(mark)), Span(mark, "grey"))


def _crop(of: Line, width: int) -> Line:
    kept: list[Span] = []
    for span in of:
        text = span.text[: _fitting(span.text, width)]
        kept.append(Span(text, span.style))
        width -= cells(text)
        if text != span.text:
            break
    return tuple(kept)


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of a width, broken at spaces, or within a word that is longer than that.

    What `unbroken` tied together stays together.
    """
    width = max(width, 10)
    lines = [""]
    for word in _words(text, width):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if cells(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return [row.replace(TIE, " ") for row in lines]


def _words(text: str, width: int) -> Iterator[str]:
    for word in filter(None, _SPACE.split(text)):
        rest = word
        while cells(rest) > width:
            place = _fitting(rest, width)
            yield rest[:place]
            rest = rest[place:]
        yield rest


def hang(head: Line, text: str, width: int, style: Style = "plain") -> Block:
    """The text after a head, wrapped, its further lines indented to where it began."""
    indent = length(head)
    first, *others = wrap(text, width - indent)
    margin = Span(" " * indent)
    return [(*head, Span(first, style)), *((margin, Span(other, style)) for other in others)]


def flow(head: Line, parts: Iterable[Line], width: int, gap: str = "   ") -> Block:
    """The parts after a head, as many on a line as fit; a part is broken only where it must be."""
    indent = length(head)
    block: Block = [head]
    for part in parts:
        here = length(block[-1])
        apart = gap if here > indent else ""
        if here + cells(apart) + length(part) <= width:
            block[-1] = (*block[-1], *line(apart), *part)
            continue
        start = block.pop() if here <= indent else line(" " * indent)
        match trimmed(part):
            case (Span(text, style),) if cells(text) > width - indent:
                block.extend(hang(start, text, width, style))
            case _:
                block.append((*start, *part))
    return block


def at_right(block: Block, note: str, width: int) -> Block:
    """The block with a note at the right edge, on a line of its own where there is no room."""
    *before, last = block
    room = width - length(last) - cells(note)
    if room < 3:  # noqa: PLR2004 - closer than that it would read as a part of the sentence
        own = line(" " * max(width - cells(note), 0)) + line(note, style="grey")
        return [*before, last, own]
    return [*before, (*last, Span(" " * room), Span(note, "grey"))]


def trimmed(of: Line) -> Line:
    """The line without spaces at its end."""
    spans = list(of)
    while spans:
        last = spans.pop()
        text = last.text.rstrip()
        if text:
            return (*spans, Span(text, last.style))
    return ()


def joined(of: Sequence[Line], between: str) -> Line:
    """The lines as one, with a separator."""
    spans: list[Span] = []
    for part in of:
        if spans:
            spans.append(Span(between))
        spans.extend(part)
    return tuple(spans)
