"""Finding where a pinned image comes from: already here, its registry, or a recipe."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from envcheck.core.errors import Fix, RegistryUnreachable, StepFailed
from envcheck.core.observed import name_on_engine
from envcheck.core.plan import PullImage
from envcheck.core.spec import Label
from envcheck.images.recipes import base_act, build_act

if TYPE_CHECKING:
    from envcheck.core.events import Source
    from envcheck.core.lockfile import LockedImage
    from envcheck.core.observed import Observed, SeenImage
    from envcheck.core.pins import Pins
    from envcheck.core.plan import ImageAct
    from envcheck.core.recipes import Recipes
    from envcheck.core.reference import Reference


UNREACHABLE = "not here, and no registry can be reached"
CHANGED = "its recipe has changed"
"""The causes for which a recipe is built."""

UNKNOWN_IMAGE = "registry.unknown-image"
"""The id of a registry's answer that it has no such image."""


class Registry(Protocol):
    """Who can be asked for an image's digest; an engine can."""

    def registry_digest(self, reference: Reference) -> str:
        """The digest; RegistryUnreachable where no registry answers."""


@dataclass(frozen=True)
class Here:
    """An image that stands on the engine: its name there, its digest or id, where it came from.

    ``recipe`` is the fingerprint of the recipe that built it, where one did.
    """

    reference: str
    digest: str
    source: Source
    recipe: str = field(default="", compare=False)


@dataclass(frozen=True)
class ToGet:
    """An image that must be got, by these acts one after the other, for this reason.

    ``recipe`` is the fingerprint of the recipe that builds it, where one does.
    """

    acts: tuple[ImageAct, ...]
    cause: str
    tag: str
    source: Source
    recipe: str = field(default="", compare=False)


Finding = Here | ToGet


def here(reference: Reference, observed: Observed, pins: Pins) -> Here | None:
    """The image of that pin that stands on the engine, the official one before a stand-in.

    Where the pin is locked, it is the locked image, whatever bears its tag now.
    """
    locked = pins.locked(reference)
    if locked is not None:
        return _locked_here(locked, observed) or (
            None if pins.strict else stand_in(reference, observed, pins.recipes)
        )
    seen = observed.image(str(reference)) or observed.image(f"{reference.name}@{reference.digest}")
    if seen is not None:
        return Here(str(reference), digest_of(seen), "registry" if seen.digests else "local")
    if reference.digest and (elsewhere := _by_digest(reference.digest, observed)):
        return elsewhere
    return None if pins.strict else stand_in(reference, observed, pins.recipes)


def _locked_here(locked: LockedImage, observed: Observed) -> Here | None:
    """The locked image, known by its content: it may have come from a mirror or out of a file."""
    for seen in observed.images:
        digests = {name.partition("@")[2] for name in seen.digests}
        if locked.ids & {seen.id, *digests}:
            return Here(
                _name_of(locked, seen), locked.digest, "registry" if seen.digests else "local"
            )
    return None


def _by_digest(digest: str, observed: Observed) -> Here | None:
    """What is pinned by its digest is that image, whatever mirror it came from."""
    for seen in observed.images:
        for name in seen.digests:
            if name.endswith(f"@{digest}"):
                return Here(name, digest, "registry")
    return None


def _name_of(locked: LockedImage, seen: SeenImage) -> str:
    """A name that means this very image for as long as it is here: its digest, or its id."""
    official = name_on_engine(f"{locked.reference.name}@{locked.digest}")
    if official in seen.digests:
        return str(locked.pinned)
    return seen.digests[0] if seen.digests else seen.id


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
        return _built(twin, seen)
    return _built_for(reference, observed, recipes)


def _built_for(reference: Reference, observed: Observed, recipes: Recipes) -> Here | None:
    """A stand-in that was built for this pin and came out as another version of the same major."""
    for image in observed.images:
        if image.labels.get(Label.RECIPE) == str(reference) and recipes.current(image):
            for tag in image.tags:
                if tag.startswith(f"{reference.local_twin.name}:"):
                    return _built(tag, image)
    return None


def _built(tag: str, image: SeenImage) -> Here:
    return Here(tag, digest_of(image), "recipe", image.labels.get(Label.FINGERPRINT, ""))


def digest_of(image: SeenImage) -> str:
    """The digest that its registry gave an image, or its id where it never was in one."""
    return image.digests[0].partition("@")[2] if image.digests else image.id


def find(
    reference: Reference,
    observed: Observed,
    registry: Registry | None,
    pins: Pins,
    *,
    mirrored: bool = False,
) -> Finding:
    """Where an image comes from.

    Args:
        reference: the pin.
        observed: the engine as it is.
        registry: who is asked; None where it is known already that no registry answers.
        pins: the locks, and what may stand in.
        mirrored: whether the engine has mirrors, which may answer where the registry does not.

    Raises:
        StepFailed: there is no way to get it; the message says what was tried.
    """
    present = here(reference, observed, pins)
    if present is not None:
        return present
    if registry is None:
        return _by_recipe(reference, observed, pins, None)
    locked = pins.locked(reference)
    wanted = locked.pinned if locked else reference
    try:
        digest = registry.registry_digest(wanted)
    except RegistryUnreachable as error:
        if mirrored:
            return _by_pull(reference, "", wanted)
        return _by_recipe(reference, observed, pins, error)
    except StepFailed as error:
        raise _digest_gone(locked, error) if locked else error from error
    return _by_pull(reference, digest, wanted)


def _digest_gone(locked: LockedImage, error: StepFailed) -> StepFailed:
    """What a registry's no means for a digest that it once had."""
    if error.id != UNKNOWN_IMAGE:
        return error
    return StepFailed(
        f"the registry no longer has {locked.reference} as it was locked on "
        f"{locked.resolved[:10]}: {locked.digest}",
        id="lock.digest-gone",
        evidence=error.evidence,
        fix=Fix(
            "lock what the tag is now, and look at the difference; or get the locked image from a "
            "mirror (ENVCHECK_MIRRORS) or from a colleague's bundle",
            ("envcheck lock --upgrade",),
        ),
    )


def _by_pull(reference: Reference, digest: str, wanted: Reference) -> ToGet:
    named = "" if wanted == reference else str(reference)
    act = PullImage(wanted, digest, named=named)
    return ToGet((act,), "not here", str(wanted), "registry")


def _by_recipe(
    reference: Reference, observed: Observed, pins: Pins, error: RegistryUnreachable | None
) -> ToGet:
    if pins.strict:
        raise _no_recipe(reference, error)
    return by_recipe(reference, observed, pins.recipes, error)


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
            f"{reference} is asked for, and its recipe gives "
            f"version {' or '.join(recipe.versions)} only",
            id="recipe.other-major",
            evidence=(error.what,) if error else (),
            fix=Fix("pin a version that the recipe gives, or check the way to the registry"),
        )
    act = build_act(recipe, reference)
    cause = CHANGED if recipes.outdated(reference, observed) else UNREACHABLE
    return ToGet((base_act(), act), cause, act.tag, "recipe", recipe.fingerprint)


def _no_recipe(reference: Reference, error: RegistryUnreachable | None) -> StepFailed:
    return RegistryUnreachable(
        f"{reference} is not here as it is locked, and no registry can be reached",
        id="lock.unreachable",
        evidence=(error.what, *error.evidence) if error else (),
        fix=Fix(
            "check the way to the registry, or load a bundle that holds the image; without "
            "--locked a recipe may stand in for it"
        ),
    )
