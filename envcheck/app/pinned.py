"""A profile's pins with who uses them, and the registries that can be asked about them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from envcheck.app.builds import builds_of, pins_of
from envcheck.app.loading import load, owner_of, tell_warnings
from envcheck.app.mirrors import mirrors_of
from envcheck.core import events as ev
from envcheck.core.errors import Fix, UsageError
from envcheck.core.nearest import nearest
from envcheck.engine.credentials import login_for
from envcheck.images.registry.asking import Registries
from envcheck.images.registry.client import RegistryClient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envcheck.app.session import Session
    from envcheck.core.profile import Profile
    from envcheck.core.reference import Reference


@dataclass(frozen=True)
class Pinned:
    """A profile and the images that it pins, each with the services that use it."""

    profile: Profile
    services: Mapping[Reference, tuple[str, ...]]

    @property
    def images(self) -> tuple[Reference, ...]:
        """The images, each once; base images of builds included."""
        return tuple(self.services)

    def of_service(self, name: str) -> tuple[Reference, ...]:
        """The images of one service.

        Raises:
            UsageError: there is no such service.
        """
        if name not in self.profile.services:
            near = nearest(name, self.profile.services)
            fix = Fix(f"did you mean '{near}'?") if near else None
            known = ", ".join(self.profile.services)
            text = f"{self.profile.name} has no service '{name}'; there are: {known}"
            raise UsageError(text, id="profile.unknown-service", fix=fix)
        return tuple(image for image, users in self.services.items() if name in users)


def begin(session: Session, command: str, name: str) -> Pinned:
    """Begin a task on a profile's images.

    Raises:
        UsageError: there is no such profile, or what is to be built cannot be read.
        ProfileInvalid: its text is wrong, or that of a Dockerfile.
    """
    profile = load(session, name)
    instance = owner_of(session, profile).instance
    session.emit(ev.Started(command, profile.name, instance, profile.description))
    tell_warnings(session, profile)
    own = builds_of(profile)
    services: dict[Reference, tuple[str, ...]] = dict.fromkeys(pins_of(profile, own), ())
    for service in profile.services.values():
        bases = own[service.name].bases.values() if service.name in own else ()
        for image in (*bases, *((service.image,) if service.image else ())):
            services[image] = (*services[image], service.name)
    session.emit(ev.Section("Images"))
    return Pinned(profile, services)


@contextmanager
def registries(session: Session) -> Iterator[Registries]:
    """The registries and mirrors of this user, to be asked with the user's own logins.

    Raises:
        UsageError: the mirrors that the user names cannot be read.
    """
    client = RegistryClient(partial(login_for, environ=session.environ))
    try:
        yield Registries(client, mirrors_of(session.environ))
    finally:
        client.close()
