"""Small questions to a symptom, which combine: ``doing("pull") & says("toomanyrequests")``.

Each also cuts the evidence it went by out of the symptom. Texts are compared without regard to
case: the same fault is "No space left" in one program and "no space left" in the next.
"""

from __future__ import annotations

import errno as numbers
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from envcheck.doctor.facts import Facts
    from envcheck.doctor.symptom import Doing, Symptom

Lines = tuple[str, ...]


def _nothing(_: Symptom) -> Lines:
    return ()


@dataclass(frozen=True)
class Match:
    """A question, and how to cut the evidence for its answer; call it to ask."""

    test: Callable[[Symptom], bool]
    cut: Callable[[Symptom], Lines] = _nothing

    def __call__(self, symptom: Symptom) -> bool:
        """Whether the symptom is so."""
        return self.test(symptom)

    def __and__(self, other: Match) -> Match:
        return Match(lambda s: self(s) and other(s), lambda s: self.cut(s) + other.cut(s))

    def __or__(self, other: Match) -> Match:
        return Match(
            lambda s: self(s) or other(s),
            lambda s: tuple(line for match in (self, other) if match(s) for line in match.cut(s)),
        )

    def __invert__(self) -> Match:
        return Match(lambda s: not self(s))


def doing(*acts: Doing) -> Match:
    """It happened during one of these."""
    return Match(lambda s: s.doing in acts)


def cause(*names: str) -> Match:
    """The deepest exception was one of these types, by name."""
    return Match(lambda s: s.cause in names)


def errno(*names: str) -> Match:
    """The deepest exception had one of these errnos, by name: the numbers differ by system."""
    codes = {getattr(numbers, name) for name in names if hasattr(numbers, name)}
    return Match(lambda s: s.errno in codes)


def status(*codes: int | None) -> Match:
    """The engine answered with one of these HTTP statuses; None: it did not answer."""
    return Match(lambda s: s.status in codes)


def exit_code(*codes: int) -> Match:
    """The container's main process ended with one of these."""
    return Match(lambda s: s.exit_code in codes)


def state(*words: str) -> Match:
    """The container is in one of these states."""
    return Match(lambda s: s.state in words)


def says(*parts: str) -> Match:
    """The engine or the client said one of these."""
    return Match(
        lambda s: _holds(s.text, parts),
        lambda s: tuple(line for line in s.text.splitlines() if _holds(line, parts)),
    )


def logs_say(*parts: str) -> Match:
    """The container printed one of these."""
    return Match(
        lambda s: any(_holds(line, parts) for line in s.logs),
        lambda s: tuple(line for line in s.logs if _holds(line, parts)),
    )


def logs_like(pattern: str) -> Match:
    """The container printed a line that matches from its start."""
    like = re.compile(pattern)
    return Match(
        lambda s: any(like.match(line) for line in s.logs),
        lambda s: tuple(line for line in s.logs if like.match(line)),
    )


def mentions(*parts: str) -> Match:
    """One of these was said, or printed by the container."""
    return says(*parts) | logs_say(*parts)


def fact(test: Callable[[Facts], object]) -> Match:
    """This holds for the facts; a figure that is not known is no reason to say that it does."""
    return Match(lambda s: bool(test(s.facts)))


def chosen_by(*words: str) -> Match:
    """The endpoint was chosen by one of these: ``default``, ``DOCKER_HOST``, ``context``."""
    return Match(lambda s: s.chosen_by.partition(" ")[0] in words)


def endpoint(*beginnings: str) -> Match:
    """The endpoint begins with one of these."""
    return Match(lambda s: s.endpoint.startswith(beginnings))


def none_of(matches: Iterable[Callable[[Symptom], bool]]) -> Match:
    """Nothing of this list is so."""
    each = tuple(matches)
    return Match(lambda s: not any(match(s) for match in each))


def below(figure: float | None, limit: float | None) -> bool:
    """Whether a figure is less than a limit, where both are known."""
    return figure is not None and limit is not None and figure < limit


def _holds(text: str, parts: tuple[str, ...]) -> bool:
    folded = text.casefold()
    return any(part.casefold() in folded for part in parts)
