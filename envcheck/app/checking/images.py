"""Which image a profile means for a service on this engine now; nothing is got for it."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from envcheck.app import builds
from envcheck.core.errors import EnvcheckError
from envcheck.core.observed import name_on_engine
from envcheck.core.spec import Label
from envcheck.images.sources import digest_of, here
from envcheck.run.identity import MeantImage
from envcheck.services.desired import ImageChoice

if TYPE_CHECKING:
    from envcheck.app.checking.subject import Instance
    from envcheck.core.observed import Observed, SeenContainer
    from envcheck.core.pins import Pins
    from envcheck.core.profile import Profile, Service
    from envcheck.core.reference import Reference

_ID = re.compile(r"(sha256:)?[0-9a-f]{12,64}")


def choices_of(profile: Profile, observed: Observed, pins: Pins) -> dict[str, ImageChoice]:
    """The image that `up` would use for each service, where all that it is made of is here."""
    found = {}
    for name, service in profile.services.items():
        with suppress(EnvcheckError):  # told by whoever asks for this one
            choice = choice_of(profile, service, observed, pins)
            if isinstance(choice, ImageChoice):
                found[name] = choice
    return found


def choice_of(
    profile: Profile, service: Service, observed: Observed, pins: Pins
) -> ImageChoice | Reference:
    """The image that `up` would use for a service, or the pin that it would have to get first.

    Raises:
        UsageError: what is to be built cannot be read, or is wrong.
    """
    alone = replace(profile, services={service.name: service})
    own = builds.builds_of(alone)
    found = {}
    for pin in builds.pins_of(alone, own):
        present = here(pin, observed, pins)
        if present is None:
            return pin
        found[pin] = present
    return builds.choose(alone, own, found)[service.name]


def meant(service: Service, instance: Instance, seen: SeenContainer) -> MeantImage:
    """The image that a profile means for a service that runs in a container.

    Raises:
        UsageError: as `choice_of`.
    """
    observed = instance.observed
    choice = choice_of(instance.profile, service, observed, instance.pins)
    if service.build is not None:
        return _built(f"{service.build}/Dockerfile", choice, observed)
    if service.image is None or not isinstance(choice, ImageChoice):
        return _absent(service, instance, seen)
    image = observed.image(choice.used)
    return MeantImage(choice.shown, image.id if image else "", choice.digest, choice.source)


def _built(dockerfile: str, choice: ImageChoice | Reference, observed: Observed) -> MeantImage:
    if not isinstance(choice, ImageChoice):
        return MeantImage(f"{choice}, which {dockerfile} starts from,")
    image = observed.image(choice.used)
    if image is None:
        return MeantImage(dockerfile, other=f"{dockerfile} or what it copies was changed since")
    return MeantImage(dockerfile, image.id, digest_of(image), "build")


def _absent(service: Service, instance: Instance, seen: SeenContainer) -> MeantImage:
    pin, observed = service.image, instance.observed
    shown = str(pin)
    locked = instance.pins.locked(pin) if pin is not None else None
    if locked is not None and observed.image(seen.image_id) is not None:
        return MeantImage(
            shown, other=f"runs {seen.image}, and {shown} is locked as {locked.digest}"
        )
    twin = observed.image(str(pin.local_twin)) if pin is not None else None
    if twin is not None and twin.id != seen.image_id and _stands_in(pin, observed, seen):
        # The name of what the recipe had built is another image's now.
        return MeantImage(shown, twin.id, digest_of(twin), "recipe")
    if pin is None or _ID.fullmatch(seen.image) or _made_of(pin, observed, seen):
        return MeantImage(shown)
    return MeantImage(shown, other=f"runs {seen.image}, and the profile pins {shown}")


def _made_of(pin: Reference, observed: Observed, seen: SeenContainer) -> bool:
    names = {name_on_engine(str(pin)), str(pin.local_twin)}
    return _stands_in(pin, observed, seen) or name_on_engine(seen.image) in names


def _stands_in(pin: Reference | None, observed: Observed, seen: SeenContainer) -> bool:
    """Whether a container runs what a recipe has built for a pin."""
    image = observed.image(seen.image_id)
    # An image that others are made of is not listed once it has no name; its labels were inherited.
    labels = image.labels if image is not None else seen.labels
    return labels.get(Label.RECIPE) == str(pin)
