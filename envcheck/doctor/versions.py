"""Versions of engines and programs against what a profile asks for."""

from __future__ import annotations

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version


def meets(version: str, wanted: str) -> bool:
    """Whether a version fulfils a specifier; one that cannot be read is given the benefit."""
    try:
        # Distributions add their own mark: 20.10.24+dfsg1.
        plain = Version(version.split("+", maxsplit=1)[0])
    except InvalidVersion:  # an engine built from source says "dev"
        return True
    return SpecifierSet(wanted).contains(plain, prereleases=True)
