"""The recipes that a profile has, as a value, and whether what they built is still what they build.

`images.recipes` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envcheck.core.recipe import BASE_FINGERPRINT
from envcheck.core.reference import parse_reference
from envcheck.core.spec import RECIPE_BASE, Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.observed import Observed, SeenImage
    from envcheck.core.recipe import Recipe
    from envcheck.core.reference import Reference


@dataclass(frozen=True)
class Recipes:
    """Recipes by the image that each stands in for.

    Attributes:
        by_image: the recipes.
        replaced: images whose recipe comes with envcheck and gives way to the project's own.
        settled: whether what a recipe once built will do, whatever the recipe is now: without a
            network nothing is built anew.
    """

    by_image: Mapping[str, Recipe] = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()
    settled: bool = False

    def for_pin(self, reference: Reference) -> Recipe | None:
        """The recipe that stands in for an image, whether or not it can give the version."""
        return self.by_image.get(reference.official)

    def current(self, image: SeenImage) -> bool:
        """Whether an image was built from a recipe as it is now, or is the base as it is now."""
        pin = image.labels.get(Label.RECIPE, "")
        if self.settled and pin:
            return True
        if pin == RECIPE_BASE:
            return base_is_current(image)
        recipe = self.by_image.get(image_of(pin))
        return recipe is not None and image.labels.get(Label.FINGERPRINT) == recipe.fingerprint

    def outdated(self, reference: Reference, observed: Observed) -> bool:
        """Whether a stand-in for that pin is here that its recipe would build otherwise now."""
        return any(
            not self.current(image)
            and is_stand_in(image)
            and (
                image.labels[Label.RECIPE] == str(reference)
                or str(reference.local_twin) in image.tags
            )
            for image in observed.images
        )


def is_stand_in(image: SeenImage) -> bool:
    """Whether a recipe built it; what a profile builds on such an image inherits its label."""
    return Label.RECIPE in image.labels and Label.INSTANCE not in image.labels


def image_of(pin: str) -> str:
    """The image that a recipe's label names, without its tag; nothing where it names none."""
    try:
        return parse_reference(pin).official
    except ValueError:
        return ""


def base_is_current(image: SeenImage) -> bool:
    """Whether an image is the base of all recipes as it would be made now."""
    return image.labels.get(Label.FINGERPRINT) == BASE_FINGERPRINT
