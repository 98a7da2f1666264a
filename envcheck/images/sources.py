"""Finding where a pinned image comes from: already here, its registry, or a recipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from envcheck.core.errors import Fix, RegistryUnreachable, StepFailed
from envcheck.core.plan import PullImage
from envcheck.core.spec import Label
from envcheck.images.recipes import base_act, build_act

if TYPE_CHECKING:
    from envcheck.core.events import Source
    from envcheck.core.observed import Observed, SeenImage
    from envcheck.core.plan import ImageAct
    from envcheck.core.reference import Reference
    from envcheck.images.recipes import Recipes


UNREACHABLE = "not here, and no registry can be reached"
CHANGED = "its recipe has changed"
"""The causes for which a recipe is built."""


class Registry(Protocol):
    """Who can be asked for an image's digest; an engine can."""

    def registry_digest(self, reference: Reference) -> str:
        """The digest; RegistryUnreachable where no registry answers."""


@dataclass(frozen=True)
class Here:
    """An image that stands on the engine: its name there, its digest or id, where it came from."""

    reference: str
    digest: str
    source: Source


@dataclass(frozen=True)
class ToGet:
    """An image that must be got, by these acts one after the other, for this reason."""

    acts: tuple[ImageAct, ...]
    cause: str
    tag: str
    source: Source


Finding = Here | ToGet


def here(reference: Reference, observed: Observed, recipes: Recipes) -> Here | None:
    """The image of that pin that stands on the engine, the official one before a stand-in."""
    seen = observed.image(str(reference)) or observed.image(f"{reference.name}@{reference.digest}")
    if seen is not None:
        return Here(str(reference), digest_of(seen), "registry" if seen.digests else "local")
    return stand_in(reference, observed, recipes)


def stand_in(reference: Reference, observed: Observed, recipes: Recipes) -> Here | None:
    """A recipe's image for that pin, as the recipe would build it now."""
    # A digest names one image and no stand-in for it; and a recipe stands in for the image that it
    # names only, not for another organisation's of the same name.
    if reference.digest or recipes.for_pin(reference) is None:
        return None
    twin = str(reference.local_twin)
    # Only what bears our label is a recipe's work; somebody else's image of that name is not.
    seen = observed.image(twin)
    if seen is not None and Label.RECIPE in seen.labels and recipes.current(seen):
        return Here(twin, digest_of(seen), "recipe")
    return _built_for(reference, observed, recipes)


def _built_for(reference: Reference, observed: Observed, recipes: Recipes) -> Here | None:
    """A stand-in that was built for this pin and came out as another version of the same major."""
    for image in observed.images:
        if image.labels.get(Label.RECIPE) == str(reference) and recipes.current(image):
            for tag in image.tags:
                if tag.startswith(f"{reference.local_twin.name}:"):
                    return Here(tag, digest_of(image), "recipe")
    return None


def digest_of(image: SeenImage) -> str:
    """The digest that its registry gave an image, or its id where it never was in one."""
    return image.digests[0].partition("@")[2] if image.digests else image.id


def find(
    reference: Reference,
    observed: Observed,
    registry: Registry | None,
    recipes: Recipes,
    *,
    mirrored: bool = False,
) -> Finding:
    """Where an image comes from.

    Args:
        reference: the pin.
        observed: the engine as it is.
        registry: who is asked; None where it is known already that no registry answers.
        recipes: those that the profile has.
        mirrored: whether the engine has mirrors, which may answer where the registry does not.

    Raises:
        StepFailed: there is no way to get it; the message says what was tried.
    """
    present = here(reference, observed, recipes)
    if present is not None:
        return present
    if registry is None:
        return by_recipe(reference, observed, recipes)
    try:
        digest = registry.registry_digest(reference)
    except RegistryUnreachable as error:
        if mirrored:
            return _by_pull(reference, "")
        return by_recipe(reference, observed, recipes, error)
    return _by_pull(reference, digest)


def _by_pull(reference: Reference, digest: str) -> ToGet:
    return ToGet((PullImage(reference, digest),), "not here", str(reference), "registry")


def by_recipe(
    reference: Reference,
    observed: Observed,
    recipes: Recipes,
    error: RegistryUnreachable | None = None,
) -> ToGet:
    """How its recipe gets an image; ``error`` is why no registry could be asked for it.

    Raises:
        StepFailed: there is no recipe for it, or that gives other versions only.
    """
    recipe = None if reference.digest else recipes.for_pin(reference)
    why = error.what if error else "no registry can be reached"
    if recipe is None:
        raise RegistryUnreachable(
            f"{reference} is not here, no registry can be reached, and there is no recipe for it",
            id=error.id if error else "registry.unreachable",
            evidence=(why, *(error.evidence if error else ())),
            fix=(error and error.fix)
            or Fix("check the way to the registry, or load the image by hand"),
        )
    if not recipe.gives(reference):
        raise StepFailed(
            f"{reference} is not here, no registry can be reached, and its recipe gives "
            f"version {' or '.join(recipe.versions)} only",
            id="recipe.other-major",
            evidence=(why,),
            fix=Fix("pin a version that the recipe gives, or check the way to the registry"),
        )
    act = build_act(recipe, reference)
    cause = CHANGED if recipes.outdated(reference, observed) else UNREACHABLE
    return ToGet((base_act(), act), cause, act.tag, "recipe")
