"""Which image each service gets, and getting those that are not here."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from envcheck.app import offers
from envcheck.app.image_uses import record
from envcheck.app.mirrors import mirrors_of
from envcheck.app.room import with_sizes
from envcheck.core.errors import EnvcheckError, RegistryUnreachable
from envcheck.core.events import ImageReady, Note
from envcheck.core.foreign import refuse_taken
from envcheck.core.plan import BuildBase, BuildImage, BuildRecipe, Plan, PlanBuilder, PullImage
from envcheck.core.recipe import BASE_TAG, asked_version, candidate, fits
from envcheck.core.recipes import base_is_current
from envcheck.engine.credentials import login_for
from envcheck.host import rootfs, shell
from envcheck.images.obtain import Obtainer
from envcheck.images.places import Places
from envcheck.images.sources import CHANGED, UNREACHABLE, Here, find, here, stand_in
from envcheck.run.executor import execute, side_by_side
from envcheck.run.telling import course

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from envcheck.app.session import Session
    from envcheck.core.observed import Observed
    from envcheck.core.pins import Pins
    from envcheck.core.plan import Act
    from envcheck.core.recipes import Recipes
    from envcheck.core.reference import Reference
    from envcheck.images.sources import Finding


def find_all(
    session: Session,
    references: Iterable[Reference],
    pins: Pins,
    *,
    registry: bool = True,
) -> tuple[dict[Reference, Finding], Observed]:
    """Where each image comes from, and what was seen on the engine.

    Raises:
        StepFailed: there is no way to get one of them.
    """
    engine = session.engine()
    observed = engine.observe()
    mirrored = bool((engine.info().get("RegistryConfig") or {}).get("Mirrors"))
    mirrors = mirrors_of(session.environ)
    places = Places(
        engine,
        mirrors,
        session.clock,
        lambda pin: not pins.strict and pins.recipes.for_pin(pin) is not None,
        _noting(session),
    )
    asked = places if registry else None
    wanted = tuple(dict.fromkeys(references))
    # Each answer takes its time, and there may be a dozen images.
    findings = side_by_side(
        lambda reference: find(reference, observed, asked, pins, mirrored=mirrored),
        wanted,
        session.clock.stop,
    )
    pairs = zip(wanted, findings, strict=True)
    return {reference: _from_mirror(found, places.found) for reference, found in pairs}, observed


def _noting(session: Session) -> Callable[[str], None]:
    return lambda text: session.emit(Note(text))


def _from_mirror(finding: Finding, mirrors: Mapping[Reference, Reference]) -> Finding:
    """The finding, with the mirror that has the image where one does."""
    if isinstance(finding, Here):
        return finding
    acts = tuple(
        replace(act, mirror=mirrors.get(act.reference)) if isinstance(act, PullImage) else act
        for act in finding.acts
    )
    return replace(finding, acts=acts)


def plan_images(found: Mapping[Reference, Finding], observed: Observed) -> Plan:
    """The steps that get what is not here; the recipes' base once, before all that builds on it.

    Raises:
        ObjectConflict: a name that a recipe would give is that of somebody else's image.
    """
    build = PlanBuilder()
    for finding in found.values():
        if isinstance(finding, Here):
            continue
        for act in finding.acts:
            key = ("image", act.pin)
            base = observed.image(act.tag) if isinstance(act, BuildBase) else None
            if build.has(key) or (base is not None and base_is_current(base)):
                continue
            after = (("image", act.base),) if isinstance(act, BuildRecipe) else ()
            # What is said of a recipe's version is no reason for the base of them all.
            cause = finding.cause if after else finding.cause.partition(";")[0]
            build.add(act, cause, key=key, after=after)
    plan = build.plan()
    refuse_taken("", (("image", tag) for tag in _tags_given(plan)), observed)
    return plan


def _tags_given(plan: Plan) -> Iterator[str]:
    """The tags that recipes would give their images, for good or for a while."""
    for step in plan.steps:
        if isinstance(step.act, BuildBase | BuildRecipe):
            yield step.act.tag
        if isinstance(step.act, BuildRecipe):
            yield candidate(step.act.tag)


def ensure(
    session: Session, references: Iterable[Reference], instance: str, pins: Pins
) -> dict[Reference, Here]:
    """See to it that each image stands on the engine, and record that the instance uses it.

    Raises:
        EnvcheckError: one could not be got; the others were tried all the same.
        UsageError: a recipe is needed and was not agreed to.
    """
    wanted = tuple(references)
    settled = _ensured(session, wanted, instance, pins)
    if None in settled.values():
        # Another instance was cleaned away between our look and our record. Now ours is on record,
        # so that nobody takes away what is got again.
        settled = _ensured(session, wanted, instance, pins)
    return {
        reference: _settled(session, reference, found, instance)
        for reference, found in settled.items()
    }


def _ensured(
    session: Session, wanted: Sequence[Reference], instance: str, pins: Pins
) -> dict[Reference, Here | None]:
    """Get what is not here; what is here then."""
    found, observed = find_all(session, wanted, pins)
    tell_replaced(session, found, pins.recipes)
    _tell_present(session, found, instance, observed)
    failure = get(session, found, observed, instance, pins.recipes)
    if isinstance(failure, RegistryUnreachable) and any(map(pins.recipes.for_pin, wanted)):
        # A mirror was hoped for, or the way to the registry broke meanwhile: recipes remain.
        found, observed = find_all(session, wanted, pins, registry=False)
        failure = get(session, found, observed, instance, pins.recipes)
    if failure is not None:
        raise failure
    observed = session.engine().observe()
    settled = {reference: here(reference, observed, pins) for reference in wanted}
    base = observed.image(BASE_TAG)
    built = any(found is not None and found.source == "recipe" for found in settled.values())
    if built and base is not None and base_is_current(base):
        # What all recipes build upon is of use to whoever has an image of one.
        session.ledger().use(BASE_TAG, instance, before=False)
    return settled


def tell_replaced(session: Session, found: Mapping[Reference, Finding], recipes: Recipes) -> None:
    """Say where the project's own recipe stands in, and not the one that everybody has."""
    for reference, finding in found.items():
        recipe = recipes.for_pin(reference)
        if recipe and finding.source == "recipe" and recipe.image in recipes.replaced:
            text = f"{reference}: the recipe in {recipe.own} takes the place of envcheck's own"
            session.emit(Note(text))


def _tell_present(
    session: Session, found: Mapping[Reference, Finding], instance: str, observed: Observed
) -> None:
    for reference, finding in found.items():
        if isinstance(finding, Here):
            record(session, finding.reference, instance, observed)
            event = ImageReady(
                str(reference), finding.reference, finding.source, finding.digest, 0.0
            )
            session.emit(event)


def get(
    session: Session,
    found: Mapping[Reference, Finding],
    observed: Observed,
    instance: str,
    recipes: Recipes,
) -> EnvcheckError | None:
    """Get what is not here; the first failure, if there is one.

    Raises:
        UsageError: a recipe is needed and was not agreed to.
        StepFailed: the packages cannot give what is asked for; nothing was built.
    """
    given, notes = offers.settled(session, found, recipes)
    if _agree_to_recipes(session, plan_images(given, observed)):
        session.packages.look_again()
        given, notes = offers.settled(session, found, recipes)
    for note in notes:
        session.emit(Note(note))
    plan = with_sizes(session, plan_images(given, observed))
    if not any(isinstance(step.act, BuildBase | BuildRecipe) for step in plan.steps):
        return carry_out(session, plan, observed, instance, stage="images")
    # Two runs that build the same would take each other's half-made images for their own.
    with session.settling("recipes", "another run builds images from packages: waiting for it"):
        observed = session.engine().observe()
        needed = _still_needed(session, plan, observed, recipes)
        return carry_out(session, needed, observed, instance, stage="images")


def _still_needed(session: Session, plan: Plan, observed: Observed, recipes: Recipes) -> Plan:
    """A plan without what another run has built meanwhile, which is told."""

    def needed(act: Act) -> bool:
        match act:
            case BuildBase():
                base = observed.image(act.tag)
                return base is None or not base_is_current(base)
            case BuildRecipe():
                found = stand_in(act.reference, observed, recipes)
                if found is not None:
                    name, source, digest = found.reference, found.source, found.digest
                    session.emit(ImageReady(act.pin, name, source, digest, 0.0))
                return found is None
            case _:
                return True

    return plan.only(needed)


def _described(act: BuildBase | BuildRecipe) -> str:
    if isinstance(act, BuildBase):
        return f"mmdebstrap {act.suite}, the base of the others, as {act.tag}"
    asked = asked_version(act.reference)
    other = "" if fits(asked, act.tag.rpartition(":")[2]) else f", where {asked} is asked for"
    own = f", from {act.recipe.own}, the project's own recipe" if act.recipe.own else ""
    return f"docker build {act.recipe.describes}, as {act.tag}{other}{own}"


def carry_out(
    session: Session, plan: Plan, observed: Observed, instance: str, *, stage: str
) -> EnvcheckError | None:
    """Carry out steps that get images, each recorded before it begins; the first failure."""
    for step in plan.steps:
        for name in names_of(step.act):
            record(session, name, instance, observed)
    login = partial(login_for, environ=session.environ)
    obtain = Obtainer(session.engine(), session.emit, session.clock, login)
    steps = course(stage, session.emit)
    outcomes = execute(plan, session.recording(obtain), abort=session.clock.stop, course=steps)
    return next((outcome.error for outcome in outcomes if outcome.error), None)


def names_of(act: Act) -> tuple[str, ...]:
    """The names that an image act gives to its image, as far as they are known before."""
    match act:
        case PullImage(mirror=None):
            return (str(act.reference),)
        case PullImage():
            return (str(act.reference), str(act.mirror))
        case BuildBase() | BuildRecipe() | BuildImage():
            return (act.tag,)
        case _:
            return ()


def _agree_to_recipes(session: Session, plan: Plan) -> bool:
    """Ask for leave to build; whether something was installed for it, so that more is known now."""
    acts = [step.act for step in plan.steps if isinstance(step.act, BuildBase | BuildRecipe)]
    if not acts:
        return False
    base = any(isinstance(act, BuildBase) for act in acts)
    needed = rootfs.commands_needed() if base else ()
    session.agree((*needed, *map(_described, acts)), _question(plan), id="recipe.not-agreed")
    for command in needed:
        shell.run(command, session.emit)
    return bool(needed)


def _question(plan: Plan) -> str:
    """The question whether to build, with the reason for it."""
    pins: dict[str, list[str]] = {}
    for step in plan.steps:
        if isinstance(step.act, BuildRecipe):
            why, _, _ = step.cause.partition(";")
            pins.setdefault(why, []).append(step.act.pin)
    reasons = {
        UNREACHABLE: "No registry can be reached for {}.\n",
        CHANGED: "Recipes have changed: those of {}.\n",
    }
    told = (text.format(", ".join(pins[why])) for why, text in reasons.items() if why in pins)
    return f"{''.join(told)}Build from packages?"


def _settled(session: Session, reference: Reference, found: Here | None, instance: str) -> Here:
    if found is None:
        raise vanished(reference)
    # What a recipe really built may bear another tag than the one that was recorded before.
    session.ledger().use(found.reference, instance, before=False)
    return found


def vanished(reference: Reference) -> RegistryUnreachable:
    """The error where an image that was got is not there any more."""
    return RegistryUnreachable(
        f"{reference} was got and is gone again: somebody removed it meanwhile",
        id="image.vanished",
    )
