"""What the packages can give, against what a pin asks for: before anything is built. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix, StepFailed
from envcheck.core.parsing.wording import listing
from envcheck.core.recipe import asked_version, fits, major

if TYPE_CHECKING:
    from collections.abc import Iterable

    from envcheck.core.recipe import Package
    from envcheck.core.reference import Reference

_FULL = re.compile(r"\d+(?:\.\d+)*", re.ASCII)
_NUMBER = re.compile(r"(?:\d+:)?(\d+(?:\.\d+)*)", re.ASCII)
_NEAR = 2
"""How many versions are named on either side of one that there is not."""


@dataclass(frozen=True)
class Unasked:
    """Why it could not be asked what the packages can give."""

    why: str


Answer = tuple[str, ...] | Unasked
"""The versions of a package that there are, or why nobody knows."""


@dataclass(frozen=True)
class Offer:
    """What will be built for a pin; ``note`` says so where that is not what was asked for."""

    version: str
    note: str = ""


def upstream(version: str) -> str:
    """The program's own version in that of a Debian package: ``8.0.2`` of ``5:8.0.2-3+deb13u3``.

    Epoch and revision are Debian's (deb-version(7)).
    """
    found = _NUMBER.match(version)
    return found.group(1) if found else version


def offer(reference: Reference, package: Package, versions: Iterable[str]) -> Offer:
    """What a package gives for a pin.

    Raises:
        StepFailed: it gives nothing that could stand in for it.
    """
    asked = asked_version(reference)
    known = sorted({v for v in versions if _FULL.fullmatch(v)}, key=_order)
    if not known:
        raise StepFailed(
            f"{reference} is built from the package {_called(package)}, and there is none",
            id="recipe.no-package",
            fix=Fix("get the image from its registry, or mend its recipe"),
        )
    fitting = [version for version in known if fits(asked, version)]
    if fitting:
        return Offer(fitting[-1])
    if package.manager == "npm":  # has every version there ever was: this is none of them
        raise _unknown(reference, package, known)
    if major(known[-1]) != major(asked):
        raise other_major(reference, known[-1])
    return Offer(known[-1], f"{reference} is asked for; the packages give {known[-1]}")


def other_major(reference: Reference, given: str) -> StepFailed:
    """The error where the packages have moved on too far to stand in for a pin."""
    return StepFailed(
        f"{reference} was asked for, and the packages give {given}: another major version",
        id="recipe.other-major",
        fix=Fix("pin what the packages give, or get the image from its registry"),
    )


def _unknown(reference: Reference, package: Package, known: list[str]) -> StepFailed:
    asked = asked_version(reference)
    near = listing(_nearest(asked, known), "and")
    return StepFailed(
        f"{reference} was asked for, and there is no version {asked} of {_called(package)}",
        id="recipe.unknown-version",
        evidence=(f"nearest: {near}", f"newest: {known[-1]}"),
        fix=Fix(f"pin a version that there is: {near}"),
    )


def _nearest(asked: str, known: list[str]) -> list[str]:
    """The versions on either side of one that there is not."""
    if not _FULL.fullmatch(asked):
        return known[-_NEAR:]
    below = [version for version in known if _order(version) < _order(asked)]
    above = known[len(below) :]
    return [*below[-_NEAR:], *above[:_NEAR]]


def _called(package: Package) -> str:
    where = f" of {package.suite}" if package.suite else ""
    return f"{package.name}{where} ({package.manager})"


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
