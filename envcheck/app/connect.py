"""The variables with which a program on this machine connects to the services of an instance."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envcheck.app import passwords
from envcheck.app.checking.running import running
from envcheck.app.foreign import refuse_elsewhere
from envcheck.app.loading import load, owner_of
from envcheck.core import events as ev
from envcheck.core import gitlab
from envcheck.core.errors import Fix, UsageError
from envcheck.core.secrets import blank_urls
from envcheck.reporters.calling import call
from envcheck.run.readiness import access_to

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.app.session import Session
    from envcheck.core.observed import Observed
    from envcheck.core.profile import Profile
    from envcheck.core.spec import Owner
    from envcheck.run.readiness import Target

FORMATS = ("shell", "dotenv", "json", "github", "gitlab")


def env(session: Session, name: str) -> dict[str, str]:
    """The variables of a running instance.

    Raises:
        UsageError: nothing of the instance runs.
    """
    profile = load(session, name)
    owner = owner_of(session, profile)
    session.emit(ev.Started("env", profile.name, owner.instance))
    refuse_elsewhere(session, owner)
    passwords.refuse_lost(session, profile, owner.instance)
    found = variables(profile, owner, session.engine().observe())
    if not found:
        raise UsageError(
            f"{owner.instance} is not up, so there is nothing to connect to",
            id="instance.not-up",
            fix=Fix("bring it up first", (call("envcheck", "up", owner.profile, owner.instance),)),
        )
    return found


def tell(session: Session, profile: Profile, owner: Owner) -> None:
    """Show how to connect."""
    profile = passwords.known(session, profile, owner.instance)
    found = variables(profile, owner, session.engine().observe())
    shown = {name: blank_urls(value) for name, value in found.items()}
    session.emit(ev.Section("Connect"))
    session.emit(ev.Connect(found, shown))


def variables(profile: Profile, owner: Owner, observed: Observed) -> dict[str, str]:
    """The connection variables of every running service that publishes a port."""
    found = by_service(running(profile, owner, observed), observed)
    return {variable.name: variable.value for variable in found.values()}


@dataclass(frozen=True)
class Variable:
    """A connection variable; its value may hold a password."""

    name: str
    value: str = field(repr=False)


def by_service(targets: Mapping[str, Target], observed: Observed) -> dict[str, Variable]:
    """The same by the services' names."""
    alike = Counter(target.kind.variable for target in targets.values())
    found: dict[str, Variable] = {}
    for service, target in targets.items():
        seen = observed.container(target.container)
        access = access_to(target, seen) if seen is not None and seen.state == "running" else None
        if access is not None and target.kind.url is not None:
            found[service] = Variable(_name(target, alike), target.kind.url(access))
    return found


def _name(target: Target, alike: Mapping[str, int]) -> str:
    """The kind's variable; where two services have the same, each has its own name before it."""
    service = target.service.name.upper().replace("-", "_")
    variable = target.kind.variable
    if "{SERVICE}" in variable:
        return variable.format(SERVICE=service)
    return variable if alike[variable] == 1 else f"{service}_{variable}"


def formatted(found: Mapping[str, str], form: str) -> str:
    """The variables as text: for ``eval``, a .env file, JSON, or GitHub's environment file.

    ``gitlab`` is for GitLab's dotenv report.

    Raises:
        UsageError: there is no such form, or it cannot hold a value.
    """
    match form:
        case "shell":
            return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in found.items())
        case "dotenv":
            return "\n".join(f"{name}={_dotenv(value)}" for name, value in found.items())
        case "json":
            return json.dumps(dict(found), indent=2)
        case "github":
            return "\n".join(f"{name}={value}" for name, value in found.items())
        case "gitlab":
            return gitlab.dotenv(found)
        case _:
            raise UsageError(f"there is no format '{form}'; there are: {', '.join(FORMATS)}")


def _dotenv(value: str) -> str:
    """Single quotes where a reader of .env files might take a character for its own."""
    return f"'{value}'" if set(value) & set(' #$"\\`') else value
