"""The services of an instance that have a container, as what they really run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from envcheck.core.observed import owned
from envcheck.core.spec import Label, container_name
from envcheck.images.sources import digest_of
from envcheck.run.readiness import Target
from envcheck.services.catalogue import KINDS
from envcheck.services.desired import ImageChoice, published_ports

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.events import Source
    from envcheck.core.observed import Observed, SeenContainer
    from envcheck.core.profile import Profile, Service
    from envcheck.core.reference import Reference
    from envcheck.core.spec import Owner

SECONDS = 5.0
"""How long a running service may take to answer a check."""


def running(
    profile: Profile, owner: Owner, observed: Observed, *, seconds: float = SECONDS
) -> dict[str, Target]:
    """The services of a profile that have a container; a job is none that runs on."""
    found: dict[str, Target] = {}
    for service in profile.services.values():
        if KINDS[service.kind].job:
            continue
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
        volumes=_named(seen, observed),
    )


def _named(seen: SeenContainer, observed: Observed) -> tuple[str, ...]:
    """Its volumes without those that have no name of ours, and go with the container."""
    volumes = {name: observed.volume(name) for name in seen.volumes}
    return tuple(name for name, v in volumes.items() if v and owned(v.labels, seen.instance))


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
