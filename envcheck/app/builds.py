"""The images that a profile builds itself, and the choice of every service's image."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.app.image_uses import record
from envcheck.app.images import carry_out
from envcheck.core.dockerfile import base_images
from envcheck.core.errors import Problem, ProfileInvalid
from envcheck.core.foreign import refuse_taken
from envcheck.core.plan import BuildImage, Plan, PlanBuilder
from envcheck.core.reference import parse_reference
from envcheck.core.spec import built_image, fingerprint
from envcheck.engine.context_files import read_context
from envcheck.images.sources import Here
from envcheck.services.catalogue import KINDS
from envcheck.services.desired import ImageChoice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from envcheck.app.session import Session
    from envcheck.core.observed import Observed
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


def data_pins(profile: Profile) -> dict[str, Reference]:
    """The image that each service's data is of: its own, or what its Dockerfile starts from."""
    pins = {name: service.image for name, service in profile.services.items() if service.image}
    for name, build in builds_of(profile).items():
        images = KINDS[build.service.kind].images
        pins.update((name, base) for base in build.bases.values() if base.base in images)
    return pins


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
        pin = next((b for b in build.bases.values() if b.base in KINDS[service.kind].images), None)
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
    """The tag of a built image: it changes with the context and with the base images."""
    bases = {name: _known_by(found[base]) for name, base in build.bases.items()}
    parts = {"context": build.digest, "bases": bases}
    return built_image(profile, build.service.name, fingerprint(parts))


def _known_by(finding: Finding) -> str:
    """What a base image is known by: its digest where one is demanded, else its name here.

    A locked image is called by its id where it came out of a bundle, and is the same all the same.
    What a recipe has built keeps its name when the recipe changes: its fingerprint counts besides.
    """
    if not isinstance(finding, Here):
        name = finding.tag.rpartition("@")[2]
    elif "sha256:" in finding.reference:
        name = finding.digest
    else:
        name = finding.reference
    return f"{name} {finding.recipe}".rstrip()


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
    *,
    offline: bool = False,
) -> Plan:
    """The steps that build what is not here; ``offline``: without a network.

    Raises:
        ObjectConflict: somebody else's image has the name that one would get. What is in that is
            not known, so it is not taken for ours either.
    """
    tags = (build_tag(owner.profile, build, found) for build in builds.values())
    refuse_taken(owner.instance, (("image", tag) for tag in tags), observed)
    plan = PlanBuilder()
    for name, build in builds.items():
        tag = build_tag(owner.profile, build, found)
        if observed.image(tag) is None:
            labels = owner.labels(service=name, fingerprint=tag.rpartition(":")[2])
            act = BuildImage(name, build.folder, tag, bases_of(build, found), labels, offline)
            plan.add(act, "not here", key=("image", tag))
    return plan.plan()


def build_all(session: Session, plan: Plan, tags: Iterable[str], instance: str) -> None:
    """Carry out the builds, and record that the instance uses what is built already.

    Raises:
        StepFailed: one failed; the others were tried all the same.
    """
    observed = session.engine().observe()
    for tag in tags:
        record(session, tag, instance, observed)
    failure = carry_out(session, plan, observed, instance, stage="builds")
    if failure is not None:
        raise failure
