"""What the packages can give for the images that are to be built: asked, and said, beforehand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from envcheck.core.offers import Unasked, offer
from envcheck.core.parsing.wording import listing
from envcheck.core.plan import BuildRecipe
from envcheck.images.recipes import build_act
from envcheck.images.sources import ToGet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.app.session import Session
    from envcheck.core.offers import Answer, Offer
    from envcheck.core.recipe import Package
    from envcheck.core.recipes import Recipes
    from envcheck.core.reference import Reference
    from envcheck.images.sources import Finding


def settled(
    session: Session, found: Mapping[Reference, Finding], recipes: Recipes
) -> tuple[dict[Reference, Finding], tuple[str, ...]]:
    """What was found, with the version that will be built where the packages are known to give one.

    Returns:
        That, and what must be told: what is not the version that is asked for, and of what the
        version could not be asked.

    Raises:
        StepFailed: the packages give nothing that could stand in for a pin.
    """
    answers = _answers(session, found, recipes)
    done: dict[Reference, Finding] = dict(found)
    notes: list[str] = []
    unasked: dict[str, list[str]] = {}
    for reference, finding in found.items():
        package = _package(finding)
        if package is None:
            continue
        answer = answers[package]
        if isinstance(answer, Unasked):
            unasked.setdefault(answer.why, []).append(str(reference))
            continue
        given = offer(reference, package, answer)
        done[reference] = _with(finding, given)
        notes += [given.note] if given.note else []
    for why, pins in unasked.items():
        text = f"what the packages give for {listing(pins, 'and')} shows when it is built: {why}"
        notes.append(text)
    return done, tuple(notes)


def _answers(
    session: Session, found: Mapping[Reference, Finding], recipes: Recipes
) -> Mapping[Package, Answer]:
    wanted = {package for finding in found.values() if (package := _package(finding))}
    # A release's lists take a while, whatever is looked for in them: so all that may be wanted.
    suites = {package.suite for package in wanted if package.suite}
    known = (recipe.package for recipe in recipes.by_image.values())
    more = {package for package in known if package and package.suite in suites}
    return session.packages.versions(wanted | more) if wanted else {}


def _build(finding: Finding) -> BuildRecipe | None:
    acts = finding.acts if isinstance(finding, ToGet) else ()
    return next((act for act in acts if isinstance(act, BuildRecipe)), None)


def _package(finding: Finding) -> Package | None:
    build = _build(finding)
    return build.recipe.package if build else None


def _with(finding: Finding, given: Offer) -> Finding:
    build = _build(finding)
    if build is None or not isinstance(finding, ToGet):
        return finding
    act = build_act(build.recipe, build.reference, given.version)
    acts = tuple(act if isinstance(each, BuildRecipe) else each for each in finding.acts)
    cause = f"{finding.cause}; {given.note}" if given.note else finding.cause
    return replace(finding, acts=acts, tag=act.tag, cause=cause)
