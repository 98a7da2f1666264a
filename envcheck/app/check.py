"""check: verify a running instance; nothing is created, started or changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from envcheck.app.loading import load, owner_of
from envcheck.app.up import run
from envcheck.core import events as ev
from envcheck.core.errors import Fix, UsageError
from envcheck.core.plan import AwaitReady, PlanBuilder
from envcheck.core.spec import Label, container_name
from envcheck.images.sources import digest_of
from envcheck.run.perform import ready_verdict
from envcheck.run.readiness import Target
from envcheck.services.catalogue import KINDS
from envcheck.services.desired import ImageChoice, published_ports

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.app.session import Session
    from envcheck.core.events import Source
    from envcheck.core.observed import Observed, SeenContainer
    from envcheck.core.profile import Profile, Service
    from envcheck.core.reference import Reference
    from envcheck.core.spec import Owner

SECONDS = 5.0
"""How long a running service may take to answer a check."""


def check(session: Session, name: str) -> None:
    """Verify every service of a running instance.

    Raises:
        UsageError: nothing of the instance runs.
    """
    profile = load(session, name)
    owner = owner_of(session, profile)
    session.emit(ev.Started("check", profile.name, owner.instance, profile.description))
    observed = session.engine().observe()
    if not any(observed.of_instance(owner.instance)):
        raise _nothing_runs(owner)
    session.emit(ev.Section("Services"))
    found = running(profile, owner, observed)
    for service in profile.services.values():
        if service.name not in found:
            _tell_missing(session, owner, service)
    plan = PlanBuilder()
    for target in found.values():
        act = AwaitReady(target.service.name, target.container)
        plan.add(act, "asked for", key=("ready", target.service.name))
    run(session, owner, plan.plan(), found)


def _nothing_runs(owner: Owner) -> UsageError:
    return UsageError(
        f"nothing of {owner.instance} is here to check",
        id="instance.not-up",
        fix=Fix("bring it up first", (f"envcheck up {owner.profile}",)),
    )


def running(
    profile: Profile, owner: Owner, observed: Observed, *, seconds: float = SECONDS
) -> dict[str, Target]:
    """The services of a profile that have a container, as what they really run."""
    found: dict[str, Target] = {}
    for service in profile.services.values():
        seen = observed.container(container_name(owner.instance, service.name))
        if seen is not None and seen.instance == owner.instance:
            found[service.name] = _target(service, seen, observed, seconds)
    return found


def _target(service: Service, seen: SeenContainer, observed: Observed, seconds: float) -> Target:

    return Target(
        service=replace(service, timeout=min(service.timeout, seconds)),
        kind=KINDS[service.kind],
        image=_image_of(service.image, seen, observed),
        container=seen.name,
        ports=published_ports(service),
        volumes=seen.volumes,
    )


def _image_of(pin: Reference | None, seen: SeenContainer, observed: Observed) -> ImageChoice:
    image = observed.image(seen.image_id)
    labels: Mapping[str, str] = image.labels if image else {}
    source: Source = "registry" if image and image.digests else "local"
    if Label.RECIPE in labels:
        source = "recipe"
    elif Label.SERVICE in labels:
        source = "build"
    shown = str(pin) if pin else seen.image
    return ImageChoice(seen.image, pin, shown, source, digest_of(image) if image else "")


def _tell_missing(session: Session, owner: Owner, service: Service) -> None:
    name = container_name(owner.instance, service.name)
    error = UsageError(
        "has no container",
        id="service.missing",
        fix=Fix("make it", (f"envcheck up {owner.profile}",)),
    )
    failed = ev.ServiceFailed(service.name, error.id, name, error.what, 0.0, fix=error.fix)
    session.emit(failed)
    session.emit(ev.Checked(ready_verdict(service.name, "fail", error.what, error)))
