"""Generated passwords: made up once, kept with the instance's data, and gone with it."""

from __future__ import annotations

import secrets
import shlex
import string
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix, StepFailed, UsageError
from envcheck.core.events import Note
from envcheck.core.observed import owned
from envcheck.core.passwords import Password, wanted, with_passwords
from envcheck.core.spec import Label, container_name
from envcheck.doctor.symptom import Symptom
from envcheck.host.password_file import password_path, read_passwords, write_passwords
from envcheck.reporters.calling import call

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from envcheck.app.session import Session
    from envcheck.core.observed import Observed
    from envcheck.core.profile import Profile

LENGTH = 32
"""Letters and digits of a password: some 190 bits. Nothing in it needs escaping, in a URL or
elsewhere, and it begins with no dash that a program would take for a flag's."""
TO_COME = "GENERATED"
_LETTERS = string.ascii_letters + string.digits


def known(session: Session, profile: Profile, instance: str) -> Profile:
    """The profile with the passwords that were made up for an instance; none is made up now.

    Where no engine answers nothing is known, and whoever needs the engine says so.

    Raises:
        StepFailed: their file cannot be read.
    """
    if not wanted(profile) or isinstance(session.try_engine(), Symptom):
        return profile
    return with_passwords(profile, read_passwords(_path(session, instance)))


def made(session: Session, profile: Profile, instance: str) -> Profile:
    """The profile with all its passwords; those that are missing are made up, and kept at once.

    Raises:
        StepFailed: one is missing that data was made with, or they cannot be kept.
    """
    profile = known(session, profile, instance)  # another run may have made them up meanwhile
    missing = wanted(profile)
    if not missing:
        return profile
    refuse_lost(session, profile, instance)
    path = _path(session, instance)
    new = {password: _made_up() for password in missing}
    write_passwords(path, {**read_passwords(path), **new})
    names = ", ".join(map(str, missing))
    session.emit(Note(f"generated, and kept in {path}: {names}"))
    return with_passwords(profile, new)


def refuse_lost(session: Session, profile: Profile, instance: str) -> None:
    """See that no password is missing that something on the engine was made with.

    Raises:
        StepFailed: one is; a new one would not fit the data.
    """
    missing = wanted(profile)
    if not missing:
        return
    observed = session.engine().observe()
    for password in missing:
        if thing := _made_with(password, instance, observed):
            raise _lost(password, thing, _path(session, instance), instance, observed)


def shown(profile: Profile) -> Profile:
    """The profile for a plan: a word stands for what is still to be made up."""
    return with_passwords(profile, dict.fromkeys(wanted(profile), TO_COME))


def forget(session: Session, instance: str, after: Observed) -> None:
    """Forget the passwords of an instance with which nothing on the engine was made any more."""
    path = _path(session, instance)
    kept = read_passwords(path)
    needed = {p: value for p, value in kept.items() if _made_with(p, instance, after)}
    if needed != kept:
        write_passwords(path, needed)


def on_record(session: Session, instance: str, services: Collection[str]) -> dict[str, str]:
    """The passwords that were made up for some services of an instance, by their names."""
    found = read_passwords(_path(session, instance))
    return {str(p): value for p, value in found.items() if p.service in services}


def take_over(session: Session, profile: Profile, instance: str, given: Mapping[str, str]) -> None:
    """Have an instance's passwords be those that its data to come was made with.

    Raises:
        UsageError: something that is here was made with others.
        StepFailed: they cannot be kept.
    """
    path = _path(session, instance)
    found = read_passwords(path)
    for password, value in found.items():  # those are in the profile already, so not wanted
        if given.get(str(password), value) != value:
            raise _other(session, password, profile.name, instance)
    fresh = {p: given[str(p)] for p in wanted(profile) if str(p) in given}
    if fresh:
        write_passwords(path, {**found, **fresh})


def _other(session: Session, password: Password, profile: str, instance: str) -> UsageError:
    thing = _made_with(password, instance, session.engine().observe()) or f"instance {instance}"
    clean = call("envcheck", "clean", profile, instance)
    return UsageError(
        f"the snapshot was made with another generated {password} than {thing}",
        id="snapshot.other-passwords",
        fix=Fix(
            "save what is here and clean it, or restore into another instance",
            (f"{clean} --only {password.service} --snapshot",),
        ),
    )


def _path(session: Session, instance: str) -> Path:
    return password_path(session.folder(), instance)


def _made_up() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(LENGTH))


def _made_with(password: Password, instance: str, observed: Observed) -> str:
    """What of an instance's service has the password in it: a volume, or its container."""
    for volume in observed.volumes:
        if owned(volume.labels, instance) and volume.labels.get(Label.SERVICE) == password.service:
            return f"volume {volume.name}"
    for container in observed.of_instance(instance):
        if container.service == password.service:
            return f"container {container.name}"
    return ""


def _lost(
    password: Password, thing: str, path: Path, instance: str, observed: Observed
) -> StepFailed:
    name = container_name(instance, password.service)
    seen = observed.container(name)
    look: tuple[str, ...] = ()
    if seen is not None and seen.instance == instance:
        look = (shlex.join(["docker", "inspect", "--format", "{{json .Config.Env}}", name]),)
    drop = shlex.join(["envcheck", "clean", "--instance", instance, "--only", password.service])
    where = f'write {{"{password}": "THE PASSWORD"}} to {path}'
    found = "its container still has it in its environment: " if look else ""
    return StepFailed(
        f"the generated password {password} is not on record, and {thing} was made with one",
        id="passwords.lost",
        evidence=(f"{path} has no {password}",),
        fix=Fix(
            f"to keep the data: {found}{where}, or give it to the profile by a variable in place of"
            f" `generate`. To drop the data: {drop}",
            (*look, drop),
            destructive=True,
        ),
    )
