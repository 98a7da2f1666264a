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
from envcheck.core import exports, gitlab
from envcheck.core.errors import Fix, UsageError
from envcheck.core.secrets import BLANK, blank_urls, secret_names
from envcheck.reporters.calling import call
from envcheck.run.readiness import LOCALHOST, access_to, main_port

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
    found = _all(profile, owner, session.engine().observe())
    session.emit(ev.Section("Connect"))
    session.emit(
        ev.Connect(
            {name: each.value for name, each in found.items()},
            {name: each.shown for name, each in found.items()},
        )
    )


def variables(profile: Profile, owner: Owner, observed: Observed) -> dict[str, str]:
    """All variables of an instance that is up: those of its kinds, and what its profile exports.

    Those of each running service that publishes a port; of what does not run there are none.
    """
    return {name: each.value for name, each in _all(profile, owner, observed).items()}


@dataclass(frozen=True)
class _Told:
    value: str = field(repr=False)
    shown: str


def _all(profile: Profile, owner: Owner, observed: Observed) -> dict[str, _Told]:
    targets = running(profile, owner, observed)
    urls = by_service(targets, observed)
    found = {each.name: _Told(each.value, blank_urls(each.value)) for each in urls.values()}
    reached = _reached(targets, observed, urls)
    if not reached:
        return found
    for name, text in profile.exports.items():
        filled = exports.filled(text, reached)
        if filled is not None:
            value, shown = filled
            secret = bool(secret_names([name])) and bool(value)
            found[name] = _Told(value, BLANK if secret else shown)
    return found


def _reached(
    targets: Mapping[str, Target], observed: Observed, urls: Mapping[str, Variable]
) -> dict[str, exports.Reached]:
    """The services that run, as exports see them."""
    found: dict[str, exports.Reached] = {}
    for name, target in targets.items():
        seen = observed.container(target.container)
        if seen is not None and seen.state == "running":
            url = urls[name].value if name in urls else ""
            environment = dict(target.service.environment)
            found[name] = exports.Reached(
                LOCALHOST, dict(seen.ports), main_port(target), url, environment
            )
    return found


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
    if form in ("dotenv", "github"):
        _refuse_lines(found, form)
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


def _refuse_lines(found: Mapping[str, str], form: str) -> None:
    """See that no value would be read as another variable."""
    for name, value in found.items():
        if any(end in value for end in "\r\n"):
            raise UsageError(f"the value of {name} has several lines, which {form} cannot hold")


def _dotenv(value: str) -> str:
    """Single quotes where a reader of .env files might take a character for its own."""
    return f"'{value}'" if set(value) & set(' #$"\\`') else value
