"""Tags as versions: which of a registry's tags are newer ones of the same series. Pure.

A tag is a version and a variant: ``17.11-alpine`` is 17.11 of the variant ``-alpine``. Tags of one
series have the same first number and the same variant, and say as many numbers: ``17`` and
``17.11`` are not of one kind. A variant that is a pre-release (``18beta1``) is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_TAG = re.compile(r"(?P<v>v?)(?P<numbers>\d+(?:\.\d+)*)(?P<variant>(?:-[\w.-]+)?)", re.ASCII)
_PRE_RELEASE = re.compile(r"-(?:alpha|beta|rc|pre|preview|dev|canary|nightly|m)[.\d-]*(?:-|$)")


@dataclass(frozen=True)
class TagVersion:
    """A tag that names a version."""

    tag: str
    numbers: tuple[int, ...]
    variant: str

    @property
    def kind(self) -> tuple[str, int]:
        """What two tags must have in common to be compared: variant, and how many numbers."""
        return self.variant, len(self.numbers)


@dataclass(frozen=True)
class Newer:
    """The newer versions of an image.

    Attributes:
        series: those with the same first number, oldest first.
        beyond: the newest with a higher first number, or nothing.
    """

    series: tuple[str, ...] = ()
    beyond: str = ""


def version_of(tag: str) -> TagVersion | None:
    """The version that a tag names; None where it names none, or a pre-release."""
    found = _TAG.fullmatch(tag)
    if not found or _PRE_RELEASE.match(found["variant"].lower()):
        return None
    numbers = tuple(int(number) for number in found["numbers"].split("."))
    return TagVersion(tag, numbers, f"{found['v']}{found['variant']}")


def newer(tag: str, tags: Iterable[str]) -> Newer | None:
    """Which of a repository's tags are newer than one of them; None where it names no version."""
    own = version_of(tag)
    if own is None:
        return None
    known = (version_of(other) for other in tags)
    above = sorted(
        (v for v in known if v and v.kind == own.kind and v.numbers > own.numbers),
        key=lambda version: version.numbers,
    )
    series = tuple(v.tag for v in above if v.numbers[0] == own.numbers[0])
    beyond = [v.tag for v in above if v.numbers[0] != own.numbers[0]]
    return Newer(series, beyond[-1] if beyond else "")
