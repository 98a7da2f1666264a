"""recipe: which recipes there are, and building the image of one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.app import images
from envcheck.core import events as ev
from envcheck.core.errors import Fix, UsageError
from envcheck.core.nearest import nearest
from envcheck.core.recipe import BY_HAND
from envcheck.core.recipes import image_of, is_stand_in
from envcheck.core.reference import parse_reference
from envcheck.core.spec import Label
from envcheck.doctor.symptom import Symptom
from envcheck.host import profiles
from envcheck.images.recipes import load_recipes
from envcheck.images.sources import by_recipe, stand_in

if TYPE_CHECKING:
    from envcheck.app.session import Session
    from envcheck.core.observed import Observed
    from envcheck.core.recipe import Recipe
    from envcheck.core.recipes import Recipes
    from envcheck.core.reference import Reference

ACTIONS = ("list", "build")
_ASKED = "asked for"


@dataclass(frozen=True)
class BuiltImage:
    """A recipe's image on the engine: its name, the pin it was built for, whether it is current."""

    name: str
    pin: str
    current: bool


@dataclass(frozen=True)
class ListedRecipe:
    """A recipe, and its images on the engine; None where no engine could be asked.

    ``replaces`` says whether a recipe of envcheck's own gives way to it.
    """

    recipe: Recipe
    replaces: bool
    images: tuple[BuiltImage, ...] | None


def listed(session: Session, action: str, pin: str, profile: str) -> tuple[ListedRecipe, ...]:
    """Every recipe, by the name of its image. No engine is needed.

    Raises:
        UsageError: the words say something else, or there is no such profile.
        ProfileInvalid: one of the project's own recipes is wrong.
    """
    if action != "list" or pin:
        near = nearest(action, ACTIONS)
        fix = Fix(f"did you mean `recipe {near}`?") if near and near != action else None
        raise UsageError("it is `recipe list` or `recipe build NAME:TAG`", fix=fix)
    session.emit(ev.Started("recipe list"))
    recipes = _recipes(profile)
    engine = session.try_engine()
    observed = None if isinstance(engine, Symptom) else engine.observe()
    if observed is None:
        session.emit(ev.Note("no engine answered, so nothing is known of their images"))
    return tuple(
        ListedRecipe(recipe, name in recipes.replaced, _built(recipe, recipes, observed))
        for name, recipe in sorted(recipes.by_image.items())
    )


def _recipes(profile: str) -> Recipes:
    root = profiles.find(profile).root if profile else str(Path(profiles.FOLDER).resolve())
    return load_recipes(root)


def _built(
    recipe: Recipe, recipes: Recipes, observed: Observed | None
) -> tuple[BuiltImage, ...] | None:
    if observed is None:
        return None
    found = ((image, image.labels.get(Label.RECIPE, "")) for image in observed.images)
    return tuple(
        BuiltImage(name, pin, recipes.current(image))
        for image, pin in found
        if is_stand_in(image) and image_of(pin) == recipe.image
        for name in image.tags or (image.id,)
    )


def build(session: Session, pin: str, profile: str) -> None:
    """Build the image that a recipe gives for a pin, unless it is here.

    Raises:
        UsageError: no recipe stands in for it, or building was not agreed to.
        StepFailed: the packages cannot give that version, or the build failed.
    """
    session.emit(ev.Started("recipe build"))
    recipes = _recipes(profile)
    reference = _pinned(pin, recipes)
    observed = session.engine().observe()
    session.emit(ev.Section("Images"))
    present = stand_in(reference, observed, recipes)
    if present is None:
        found = replace(by_recipe(reference, observed, recipes), cause=_ASKED)
        images.tell_replaced(session, {reference: found}, recipes)
        failure = images.get(session, {reference: found}, observed, BY_HAND, recipes)
        if failure is not None:
            raise failure
        observed = session.engine().observe()
        present = stand_in(reference, observed, recipes)
    else:
        event = ev.ImageReady(pin, present.reference, present.source, present.digest, 0.0)
        session.emit(event)
    if present is None:
        raise images.vanished(reference)
    # A person wants it: no instance's `clean` takes it away.
    session.ledger().use(present.reference, BY_HAND, before=False)


def _pinned(pin: str, recipes: Recipes) -> Reference:
    if not pin:
        raise UsageError("build what? Such as: recipe build redis:8.0.2")
    try:
        reference = parse_reference(pin)
    except ValueError as error:
        raise UsageError(str(error)) from error
    recipe = recipes.for_pin(reference)
    if recipe is None:
        near = nearest(reference.official, recipes.by_image)
        there = ", ".join(sorted(recipes.by_image))
        fix = Fix(f"did you mean '{near}'?") if near else None
        text = f"there is no recipe for '{reference.official}'; there are: {there}"
        raise UsageError(text, id="recipe.unknown", fix=fix)
    if not reference.pinned or reference.digest:
        raise UsageError(
            f"say which version, by a tag: recipe build {recipe.image}:TAG", id="recipe.no-version"
        )
    return reference
