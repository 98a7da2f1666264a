"""A recipe as a value: what it stands in for, what it is built from, which versions it gives.

`images.recipes` finds recipes, `core.parsing.recipe_reader` reads their text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from envcheck.core.images import BASE_OPTIONS
from envcheck.core.spec import LOCAL_REGISTRY, fingerprint

if TYPE_CHECKING:
    from envcheck.core.context import BuildContext
    from envcheck.core.reference import Reference

SUITE = "trixie"
"""The release of the distribution that the base of all recipes is made of."""

BASE_TAG = f"{LOCAL_REGISTRY}/debian:{SUITE}"

BY_HAND = "recipe build"
"""Who uses the images in the ledger that a person had built by `recipe build`; no instance can be
called so."""

BASE_FINGERPRINT = fingerprint({"suite": SUITE, "options": BASE_OPTIONS})


@dataclass(frozen=True)
class Package:
    """The package that decides which version a recipe gives; ``suite`` is a release, for apt."""

    manager: Literal["apt", "npm"]
    name: str
    suite: str = ""


@dataclass(frozen=True)
class Recipe:
    """One recipe.

    Attributes:
        image: the image that its result stands in for, as it is called in its registry.
        describes: one short line for people.
        folder: where it is.
        context: what the builder is given: the files of its folder, and those that it shares.
        versions: the beginnings of the versions that it can give; empty for any.
        version_command: prints the version that was really built; empty where there is none.
        version_pattern: a regular expression whose first group is that version.
        shares: the files that come from elsewhere, by their paths.
        package: who knows the version before it is built; None where nobody does.
        own: the folder as a person here would type it, where the recipe is the project's own;
            empty for one that comes with envcheck.
    """

    image: str
    describes: str
    folder: str
    context: BuildContext = field(repr=False)
    versions: tuple[str, ...] = ()
    version_command: tuple[str, ...] = ()
    version_pattern: str = ""
    shares: tuple[str, ...] = ()
    package: Package | None = None
    own: str = ""

    @property
    def fingerprint(self) -> str:
        """A hash of all that decides what is built, the base of all recipes included.

        The pin is no part of it: an image that was built for one is taken for another of the same
        version. Nor is what is only told: the description, and what is asked beforehand.
        """
        return fingerprint(
            {
                "base": BASE_FINGERPRINT,
                "image": self.image,
                "context": self.context.digest(),
                "version": [*self.version_command, self.version_pattern],
            }
        )

    def gives(self, reference: Reference) -> bool:
        """Whether it can build what a pin asks for, as far as it says itself.

        Without a command that tells the version nobody can look at what was built: then it gives
        what it names and nothing else.
        """
        wanted = asked_version(reference)
        if not self.version_command:
            return wanted in self.versions
        return not self.versions or any(
            fits(one, wanted) or fits(wanted, one) for one in self.versions
        )

    def version_in(self, output: str) -> str:
        """The version in what `version_command` printed, or nothing."""
        found = re.search(self.version_pattern, output)
        return (found.group(1) or "") if found else ""


_CANDIDATE = "candidate-"


def candidate(tag: str) -> str:
    """What a recipe's image is called until it is known which version was really built."""
    name, _, version = tag.rpartition(":")
    return f"{name}:{_CANDIDATE}{version}"


def is_candidate(tag: str) -> bool:
    """Whether that is such a name."""
    return tag.startswith(f"{LOCAL_REGISTRY}/") and tag.rpartition(":")[2].startswith(_CANDIDATE)


def asked_version(reference: Reference) -> str:
    """The version that a pin asks for, or its tag where that names none."""
    return reference.version or reference.tag


def fits(asked: str, given: str) -> bool:
    """Whether a version is what was asked for: ``17.12`` is for ``17``, and not for ``17.1``."""
    return given == asked or given.startswith(f"{asked}.")


def major(version: str) -> str:
    """The first component of a version."""
    return version.partition(".")[0]
