"""Ranges of versions as npm writes them, such as those of ``engines`` in a package.json. Pure.

The grammar is that of npm's node-semver: ``||`` between ranges, spaces between what must hold
together, ``^ ~ < <= > >= =``, ``18.x`` and ``*``, and ``18 - 20``. Marks of pre-releases and builds
are passed over.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_PART = r"(?:\d+|[xX*])"
_PARTIAL = rf"[vV]?({_PART})(?:\.({_PART}))?(?:\.({_PART}))?(?:[-+][0-9A-Za-z.+-]*)?"
_VERSION = re.compile(_PARTIAL)
_HYPHEN = re.compile(rf"\s*({_PARTIAL})\s+-\s+({_PARTIAL})\s*")
_COMPARED = re.compile(rf"(\^|~>?|[<>]=?|=)?\s*({_PARTIAL})(?:\s+|$)")

_Numbers = tuple[int, int, int]
_ENDLESS: _Numbers = (1 << 62, 0, 0)


class Span(NamedTuple):
    """All versions from ``low`` on and below ``high``."""

    low: _Numbers
    high: _Numbers

    def meets(self, other: Span) -> Span:
        """What is in both."""
        return Span(max(self.low, other.low), min(self.high, other.high))


_ALL = Span((0, 0, 0), _ENDLESS)


def read_version(text: str) -> tuple[int, ...]:
    """The numbers of a version that may be cut short: ``v24`` and ``24.x`` are (24,).

    Raises:
        ValueError: the text is no version.
    """
    found = _VERSION.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"'{text}' is not a version")
    return _numbers(found[1], found[2], found[3])


def read_range(text: str) -> tuple[Span, ...]:
    """The spans of a range, each of which will do.

    Raises:
        ValueError: the text is no range.
    """
    return tuple(_alternative(part) for part in text.split("||"))


def allows(spans: tuple[Span, ...], version: tuple[int, ...]) -> bool:
    """Whether a version is in a range; one that is cut short, if any of those it stands for is."""
    wanted = _span(version)
    found = (span.meets(wanted) for span in spans)
    return any(span.low < span.high for span in found)


def _alternative(text: str) -> Span:
    hyphen = _HYPHEN.fullmatch(text)
    if hyphen:
        low, high = _span(_numbers(*hyphen.group(2, 3, 4))), _span(_numbers(*hyphen.group(6, 7, 8)))
        return Span(low.low, high.high)
    span, rest = _ALL, text.strip()
    while rest:
        found = _COMPARED.match(rest)
        if found is None:
            raise ValueError(f"'{text.strip()}' is not a range of versions")
        span = span.meets(_compared(found[1] or "", _numbers(*found.group(3, 4, 5))))
        rest = rest[found.end() :]
    return span


def _compared(operator: str, version: tuple[int, ...]) -> Span:
    same = _span(version)
    match operator:
        case "<":
            return Span(_ALL.low, same.low)
        case "<=":
            return Span(_ALL.low, same.high)
        case ">":
            return Span(same.high, _ENDLESS)
        case ">=":
            return Span(same.low, _ENDLESS)
        case "^":
            return Span(same.low, _span(_leading(version)).high)
        case "~" | "~>":
            return Span(same.low, _span(version[:2]).high)
        case _:
            return same


def _leading(version: tuple[int, ...]) -> tuple[int, ...]:
    """The numbers that ``^`` holds: up to the first that is not 0."""
    for at, number in enumerate(version):
        if number:
            return version[: at + 1]
    return version


def _span(version: tuple[int, ...]) -> Span:
    """All that a version that may be cut short stands for; an empty one stands for all."""
    if not version:
        return _ALL
    zeros = (0,) * (3 - len(version))
    after = (*version[:-1], version[-1] + 1)
    return Span(_three(version + zeros), _three(after + zeros))


def _three(numbers: tuple[int, ...]) -> _Numbers:
    major, minor, patch = numbers
    return (major, minor, patch)


def _numbers(*parts: str | None) -> tuple[int, ...]:
    """The numbers up to the first that is missing or stands for any."""
    found: list[int] = []
    for part in parts:
        if part is None or not part.isdigit():
            break
        found.append(int(part))
    return tuple(found)
