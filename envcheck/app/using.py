"""Using an instance for a while: brought up, told how to reach, and as it was before afterwards."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envcheck.app import connect, passwords
from envcheck.app.checking.running import running
from envcheck.app.checks.fitness import fit_tools
from envcheck.app.foreign import refuse_elsewhere
from envcheck.app.loading import load, owner_of, tell_warnings
from envcheck.app.up import DEFAULTS, UpOptions, converge
from envcheck.app.visits import Visit, agree
from envcheck.core import events as ev
from envcheck.core.errors import Fix, Unhealthy
from envcheck.reporters.calling import call
from envcheck.run.readiness import LOCALHOST, main_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envcheck.app.session import Session
    from envcheck.app.visits import After
    from envcheck.core.observed import Observed
    from envcheck.core.profile import Profile
    from envcheck.core.spec import Owner
    from envcheck.run.readiness import Target


@dataclass(frozen=True)
class ServiceInUse:
    """A service that is up, as a program on this machine reaches it.

    Attributes:
        port: the port on ``host`` that the service is known by, or None where it publishes none.
        ports: container port to port on ``host``.
        variable: the name of its connection variable; nothing where it has none.
        url: the value of that; it may hold a password.
        environment: what it was started with, credentials included.
    """

    name: str
    kind: str
    container: str
    host: str
    port: int | None
    ports: Mapping[int, int]
    variable: str = ""
    url: str = field(default="", repr=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class InUse:
    """An instance that is up, by its services, and all variables to connect with."""

    owner: Owner
    profile: Profile
    services: Mapping[str, ServiceInUse]
    variables: Mapping[str, str] = field(repr=False)


@contextmanager
def using(
    session: Session, name: str, options: UpOptions = DEFAULTS, *, after: After = "as-before"
) -> Iterator[InUse]:
    """Bring an instance up for as long as the context lasts.

    Several may do so at once: the last one to leave makes it as it was before the first one came.
    Other tasks may work on it meanwhile.

    Args:
        session: this run.
        name: the profile.
        options: how to bring it up, and what becomes of it where that fails.
        after: what becomes of it afterwards.

    Raises:
        Unhealthy: a service is not ready; which, and why, was told as events.
        EnvcheckError: it could not be brought up, or something could not be removed afterwards.
    """
    profile = load(session, name)
    owner = owner_of(session, profile)
    session.emit(ev.Started(session.command, profile.name, owner.instance, profile.description))
    tell_warnings(session, profile)
    fit_tools(session, profile, owner)
    session.engine()
    agree(session, owner, after)
    visit = _begun(session, profile, owner, options)
    try:
        yield _in_use(session, profile, owner)
    finally:
        visit.end(profile, after)


def _begun(session: Session, profile: Profile, owner: Owner, options: UpOptions) -> Visit:
    refuse_elsewhere(session, owner)
    with session.holding(owner.instance, session.command):
        visit = Visit(session, owner)
        try:
            well = converge(session, profile, owner, options, visit=True)
        except BaseException:
            visit.give_up()
            raise
        if not well:
            visit.give_up()
            raise _not_ready(owner)
    return visit


def _not_ready(owner: Owner) -> Unhealthy:
    shown = call("envcheck", "check", owner.profile, owner.instance)
    return Unhealthy(
        f"{owner.instance} is not ready",
        id="instance.not-ready",
        fix=Fix("see above which service it is, and why; where it is kept, ask again", (shown,)),
    )


def _in_use(session: Session, profile: Profile, owner: Owner) -> InUse:
    profile = passwords.known(session, profile, owner.instance)
    observed = session.engine().observe()
    targets = running(profile, owner, observed)
    urls = connect.by_service(targets, observed)
    services = {
        name: _service(target, observed, urls.get(name)) for name, target in targets.items()
    }
    return InUse(owner, profile, services, connect.variables(profile, owner, observed))


def _service(target: Target, observed: Observed, variable: connect.Variable | None) -> ServiceInUse:
    seen = observed.container(target.container)
    ports = dict(seen.ports) if seen is not None else {}
    main = main_port(target)
    return ServiceInUse(
        name=target.service.name,
        kind=target.service.kind,
        container=target.container,
        host=LOCALHOST,
        port=ports.get(main) if main is not None else None,
        ports=ports,
        variable=variable.name if variable else "",
        url=variable.value if variable else "",
        environment=target.service.environment,
    )
