"""Finding where a pinned image comes from: already here, its registry, or a recipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from envcheck.core.errors import Fix, RegistryUnreachable, StepFailed
from envcheck.core.plan import PullImage
from envcheck.core.spec import Label
from envcheck.images import recipes

if TYPE_CHECKING:
    from envcheck.core.events import Source
    from envcheck.core.observed import Observed, SeenImage
    from envcheck.core.plan import ImageAct
    from envcheck.core.reference import Reference


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


def here(reference: Reference, observed: Observed) -> Here | None:
    """The image of that pin that stands on the engine, the official one before a stand-in."""
    seen = observed.image(str(reference)) or observed.image(f"{reference.name}@{reference.digest}")
    if seen is not None:
        return Here(str(reference), digest_of(seen), "registry" if seen.digests else "local")
    # A digest names one image and no stand-in for it; and a recipe stands in for an official image
    # only, not for another organisation's of the same name.
    if reference.digest or recipes.recipe_for(reference) is None:
        return None
    twin = str(reference.local_twin)
    # Only what bears our label is a recipe's work; somebody else's image of that name is not.
    if (seen := observed.image(twin)) is not None and Label.RECIPE in seen.labels:
        return Here(twin, digest_of(seen), "recipe")
    return _built_for(reference, observed)


def _built_for(reference: Reference, observed: Observed) -> Here | None:
    """A stand-in that was built for this pin and came out as another version of the same major."""
    for image in observed.images:
        if image.labels.get(Label.RECIPE) == str(reference):
            for tag in image.tags:
                if tag.startswith(f"{reference.local_twin.name}:"):
                    return Here(tag, digest_of(image), "recipe")
    return None


def digest_of(image: SeenImage) -> str:
    """The digest that its registry gave an image, or its id where it never was in one."""
    return image.digests[0].partition("@")[2] if image.digests else image.id


def find(
    reference: Reference, observed: Observed, registry: Registry | None, *, mirrored: bool = False
) -> Finding:
    """Where an image comes from.

    Args:
        reference: the pin.
        observed: the engine as it is.
        registry: who is asked; None where it is known already that no registry answers.
        mirrored: whether the engine has mirrors, which may answer where the registry does not.

    Raises:
        StepFailed: there is no way to get it; the message says what was tried.
    """
    present = here(reference, observed)
    if present is not None:
        return present
    if registry is None:
        return _by_recipe(reference, None)
    try:
        digest = registry.registry_digest(reference)
    except RegistryUnreachable as error:
        if mirrored:
            return _by_pull(reference, "")
        return _by_recipe(reference, error)
    return _by_pull(reference, digest)


def _by_pull(reference: Reference, digest: str) -> ToGet:
    return ToGet((PullImage(reference, digest),), "not here", str(reference), "registry")


def _by_recipe(reference: Reference, error: RegistryUnreachable | None) -> ToGet:
    recipe = None if reference.digest else recipes.recipe_for(reference)
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
    act = recipes.build_act(recipe, reference)
    cause = "not here, and no registry can be reached"
    return ToGet((recipes.base_act(), act), cause, act.tag, "recipe")
