"""What decides which image a reference means: its lock, and what may stand in for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envcheck.core.lockfile import Lockfile
from envcheck.core.recipes import Recipes

if TYPE_CHECKING:
    from envcheck.core.lockfile import LockedImage
    from envcheck.core.reference import Reference


@dataclass(frozen=True)
class Pins:
    """The locks of a profile's images, and the recipes that may stand in for them.

    Attributes:
        lock: its lockfile; an empty one where it has none.
        strict: whether nothing but a locked image will do, so that no recipe stands in for one.
        recipes: those that the profile has.
    """

    lock: Lockfile = field(default_factory=Lockfile)
    strict: bool = False
    recipes: Recipes = field(default_factory=Recipes)

    def locked(self, reference: Reference) -> LockedImage | None:
        """The lock of an image, or None where it has none."""
        return self.lock.images.get(reference)
