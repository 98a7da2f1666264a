"""From a name on the command line to a profile and its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck import __version__
from envcheck.app import passwords
from envcheck.app.instances import instance_of
from envcheck.core.events import Note, ProfileRead
from envcheck.core.instances import AUTO
from envcheck.core.parsing.reader import read_profile
from envcheck.core.profile import ExecProbe, HttpProbe
from envcheck.core.secrets import query_secrets, secret_values
from envcheck.core.spec import Owner
from envcheck.host.profiles import find
from envcheck.images.recipes import load_recipes, shipped
from envcheck.services.catalogue import vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from envcheck.app.session import Session
    from envcheck.core.profile import Profile
    from envcheck.core.recipes import Recipes


def load(session: Session, name: str) -> Profile:
    """Read the profile that a name or path means.

    Raises:
        UsageError: there is no such profile, or its instance cannot be called so.
        ProfileInvalid: its text is wrong.
    """
    profile = _read(session, name)
    instance = instance_of(session, profile.name, profile.root)
    return _told(session, profile, instance)


def load_file(session: Session, file: Path, instance: str) -> Profile:
    """Read a profile from a file, as that of an instance which is here, whatever its name.

    Raises:
        UsageError: the file cannot be read.
        ProfileInvalid: its text is wrong.
    """
    return _told(session, _read(session, str(file)), instance)


def _read(session: Session, name: str) -> Profile:
    file = find(name)
    return read_profile(
        file.text,
        file=file.file,
        root=file.root,
        environ=session.environ,
        vocabulary=vocabulary(),
    )


def _told(session: Session, profile: Profile, instance: str) -> Profile:
    """The profile with the instance's passwords, of which those know now who may not tell them."""
    profile = passwords.known(session, profile, instance)
    tell_secrets(session, profile)
    return profile


def tell_secrets(session: Session, profile: Profile) -> None:
    """Let those who tell of the run know what they may not tell."""
    places = {name: service.place for name, service in profile.services.items()}
    session.emit(ProfileRead(profile.file, places, _secrets(profile)))


def _secrets(profile: Profile) -> frozenset[str]:
    services = profile.services.values()
    probes = [probe for service in services for probe in service.verify]
    commands = [service.command or () for service in services]
    commands += [probe.command for probe in probes if isinstance(probe, ExecProbe)]
    paths = (probe.path for probe in probes if isinstance(probe, HttpProbe))
    return secret_values(
        (service.environment for service in services),
        commands,
        public=(profile.name, *profile.services),
    ) | frozenset(secret for path in paths for secret in query_secrets(path))


def owner_of(session: Session, profile: Profile) -> Owner:
    """Whose the objects of this run are."""
    instance = instance_of(session, profile.name, profile.root)
    return Owner(profile.name, instance, profile.root, __version__)


def flagged(session: Session, name: str) -> str:
    """The instance that a flag says a task is only about, or nothing where it is about all.

    Raises:
        UsageError: it is made from a profile, and there is none of that name.
        ProfileInvalid: that profile is wrong.
    """
    if session.instance != AUTO:
        return session.instance
    return owner_of(session, load(session, name)).instance


def recipes_of(profile: Profile | None) -> Recipes:
    """The recipes that a profile has; without one, those that come with envcheck.

    Raises:
        ProfileInvalid: one of the project's own recipes is wrong.
    """
    return shipped() if profile is None else load_recipes(profile.root)


def tell_warnings(session: Session, profile: Profile) -> None:
    """Pass on what is allowed in the profile but unwise."""
    for warning in profile.warnings:
        session.emit(Note(warning))
