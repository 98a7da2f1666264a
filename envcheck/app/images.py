"""Which image each service gets, and getting those that are not here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.core.commands import commands
from envcheck.core.dockerfile import base_images
from envcheck.core.errors import EnvcheckError, Problem, ProfileInvalid, RegistryUnreachable
from envcheck.core.events import ImageReady
from envcheck.core.plan import BuildBase, BuildImage, BuildRecipe, Plan, PlanBuilder, PullImage
from envcheck.core.reference import parse_reference
from envcheck.core.spec import Label, built_image, fingerprint
from envcheck.engine.context_files import read_context
from envcheck.host import rootfs, shell
from envcheck.images.obtain import Obtainer
from envcheck.images.recipes import recipe_for
from envcheck.images.sources import Here, ToGet, find, here
from envcheck.run.executor import execute
from envcheck.services.catalogue import KINDS
from envcheck.services.desired import ImageChoice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from envcheck.app.session import Session
    from envcheck.core.observed import Observed
    from envcheck.core.plan import Act
    from envcheck.core.profile import Profile, Service
    from envcheck.core.reference import Reference
    from envcheck.core.spec import Owner
    from envcheck.images.sources import Finding


@dataclass(frozen=True)
class Build:
    """A service that is built: its folder, the hash of what is in it, the images it starts from."""

    service: Service
    folder: str
    digest: str
    bases: Mapping[str, Reference]


def builds_of(profile: Profile) -> dict[str, Build]:
    """What is to be built for a profile, by service.

    Raises:
        UsageError: a folder cannot be read or has no Dockerfile.
        ProfileInvalid: a Dockerfile starts from an image that is not pinned.
    """
    return {
        name: _build_of(service, str(Path(profile.root) / service.build))
        for name, service in profile.services.items()
        if service.build is not None
    }


def _build_of(service: Service, folder: str) -> Build:
    context = read_context(folder)
    problems = []
    bases = {}
    for name in base_images(context.dockerfile):
        try:
            bases[name] = parse_reference(name)
        except ValueError as error:
            problems.append(_base_problem(service, str(error)))
            continue
        if not bases[name].pinned:
            text = f"the Dockerfile starts from '{name}', which pins no version"
            problems.append(_base_problem(service, text))
    if problems:
        raise ProfileInvalid(problems)
    return Build(service, folder, context.digest(), bases)


def _base_problem(service: Service, text: str) -> Problem:
    place = service.place
    return Problem(place.file, place.line, place.column, f"{service.name}: {text}")


def pins_of(profile: Profile, builds: Mapping[str, Build]) -> tuple[Reference, ...]:
    """Every image that a profile pins, base images of its builds included, each once."""
    pins = [service.image for service in profile.services.values() if service.image]
    pins += [base for build in builds.values() for base in build.bases.values()]
    return tuple(dict.fromkeys(pins))


def find_all(
    session: Session, references: Iterable[Reference], *, registry: bool = True
) -> tuple[dict[Reference, Finding], Observed]:
    """Where each image comes from, and what was seen on the engine.

    Raises:
        StepFailed: there is no way to get one of them.
    """
    engine = session.engine()
    observed = engine.observe()
    mirrored = bool((engine.info().get("RegistryConfig") or {}).get("Mirrors"))
    asked = engine if registry else None
    found: dict[Reference, Finding] = {}
    for reference in references:
        found[reference] = find(reference, observed, asked, mirrored=mirrored)
    return found, observed


def plan_images(found: Mapping[Reference, Finding], observed: Observed) -> Plan:
    """The steps that get what is not here; the recipes' base once, before all that builds on it."""
    build = PlanBuilder()
    for finding in found.values():
        for act in finding.acts if isinstance(finding, ToGet) else ():
            key = ("image", act.pin)
            base_is_here = isinstance(act, BuildBase) and observed.image(act.tag)
            if base_is_here or build.has(key):
                continue
            after = (("image", act.base),) if isinstance(act, BuildRecipe) else ()
            build.add(act, finding.cause, key=key, after=after)
    return build.plan()


def ensure(
    session: Session, references: Iterable[Reference], instance: str
) -> dict[Reference, Here]:
    """See to it that each image stands on the engine, and record that the instance uses it.

    Raises:
        EnvcheckError: one could not be got; the others were tried all the same.
        UsageError: a recipe is needed and was not agreed to.
    """
    wanted = tuple(references)
    found, observed = find_all(session, wanted)
    _tell_present(session, found, instance, observed)
    failure = _get(session, found, observed, instance)
    if isinstance(failure, RegistryUnreachable) and any(map(recipe_for, wanted)):
        # A mirror was hoped for, or the way to the registry broke meanwhile: recipes remain.
        found, observed = find_all(session, wanted, registry=False)
        failure = _get(session, found, observed, instance)
    if failure is not None:
        raise failure
    observed = session.engine().observe()
    return {reference: _settled(session, reference, observed, instance) for reference in wanted}


def _tell_present(
    session: Session, found: Mapping[Reference, Finding], instance: str, observed: Observed
) -> None:
    for reference, finding in found.items():
        if isinstance(finding, Here):
            _record(session, finding.reference, instance, observed)
            event = ImageReady(
                str(reference), finding.reference, finding.source, finding.digest, 0.0
            )
            session.emit(event)


def _record(session: Session, reference: str, instance: str, observed: Observed) -> None:
    seen = observed.image(reference)
    ours = seen is not None and Label.VERSION in seen.labels
    session.ledger().use(reference, instance, before=seen is not None and not ours)


def _get(
    session: Session, found: Mapping[Reference, Finding], observed: Observed, instance: str
) -> EnvcheckError | None:
    """Get what is not here; the first failure, if there is one."""
    plan = plan_images(found, observed)
    _agree_to_recipes(session, plan)
    for step in plan.steps:
        _record(session, image_of(step.act), instance, observed)
    obtain = Obtainer(session.engine(), session.emit)
    outcomes = execute(plan, obtain, abort=session.clock.stop)
    return next((outcome.error for outcome in outcomes if outcome.error), None)


def image_of(act: Act) -> str:
    """The name that an image act gives to its image, as far as it is known before."""
    match act:
        case PullImage():
            return str(act.reference)
        case BuildBase() | BuildRecipe() | BuildImage():
            return act.tag
        case _:
            return ""


def _agree_to_recipes(session: Session, plan: Plan) -> None:
    acts = [step.act for step in plan.steps if isinstance(step.act, BuildBase | BuildRecipe)]
    if not acts:
        return
    base = any(isinstance(act, BuildBase) for act in acts)
    needed = rootfs.commands_needed() if base else ()
    lines = (*needed, *(line for act in acts for line in commands(act)))
    names = ", ".join(act.pin for act in acts if isinstance(act, BuildRecipe))
    session.agree(
        lines,
        f"No registry can be reached for {names}. Build from distribution packages instead?",
        id="recipe.not-agreed",
    )
    for command in needed:
        shell.run(command, session.emit)


def _settled(session: Session, reference: Reference, observed: Observed, instance: str) -> Here:
    found = here(reference, observed)
    if found is None:
        raise RegistryUnreachable(
            f"{reference} was got and is gone again: somebody removed it meanwhile",
            id="image.vanished",
        )
    # What a recipe really built may bear another tag than the one that was recorded before.
    session.ledger().use(found.reference, instance, before=False)
    return found


def choose(
    profile: Profile, builds: Mapping[str, Build], found: Mapping[Reference, Finding]
) -> dict[str, ImageChoice]:
    """The image of each service, got or still to be got."""
    return {
        name: _choice(profile, service, builds.get(name), found)
        for name, service in profile.services.items()
    }


def _choice(
    profile: Profile, service: Service, build: Build | None, found: Mapping[Reference, Finding]
) -> ImageChoice:
    if build is not None:
        pin = next(
            (b for b in build.bases.values() if b.official in KINDS[service.kind].images), None
        )
        tag = build_tag(profile.name, build, found)
        return ImageChoice(tag, pin, tag, "build")
    if service.image is None:
        raise ValueError(f"{service.name} has neither an image nor a build")
    finding = found[service.image]
    shown = str(service.image)
    if isinstance(finding, Here):
        return ImageChoice(finding.reference, service.image, shown, finding.source, finding.digest)
    return ImageChoice(finding.tag, service.image, shown, finding.source)


def build_tag(profile: str, build: Build, found: Mapping[Reference, Finding]) -> str:
    """The tag of a built image: it changes with the context and with the base images' names."""
    parts = {"context": build.digest, "bases": bases_of(build, found)}
    return built_image(profile, build.service.name, fingerprint(parts))


def bases_of(build: Build, found: Mapping[Reference, Finding]) -> dict[str, str]:
    """For each image that the Dockerfile names, the one on the engine that stands in its place."""
    return {
        name: finding.reference if isinstance(finding := found[base], Here) else finding.tag
        for name, base in build.bases.items()
    }


def plan_builds(
    owner: Owner,
    builds: Mapping[str, Build],
    found: Mapping[Reference, Finding],
    observed: Observed,
) -> Plan:
    """The steps that build what is not here."""
    plan = PlanBuilder()
    for name, build in builds.items():
        tag = build_tag(owner.profile, build, found)
        if observed.image(tag) is None:
            labels = owner.labels(service=name, fingerprint=tag.rpartition(":")[2])
            act = BuildImage(name, build.folder, tag, bases_of(build, found), labels)
            plan.add(act, "not here", key=("image", tag))
    return plan.plan()


def build_all(session: Session, plan: Plan, instance: str) -> None:
    """Carry out the builds.

    Raises:
        StepFailed: one failed; the others were tried all the same.
    """
    observed = session.engine().observe()
    for step in plan.steps:
        _record(session, image_of(step.act), instance, observed)
    obtain = Obtainer(session.engine(), session.emit)
    for outcome in execute(plan, obtain, abort=session.clock.stop):
        if outcome.error:
            raise outcome.error
