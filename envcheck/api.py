"""envcheck from Python: a project's environment for as long as a `with` block lasts.

    import envcheck

    with envcheck.environment("webapp") as env:
        connect(env.db.url)

Nothing is written to the standard streams, and no signal is handled: both belong to the program.
"""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Literal

from envcheck.core.errors import (
    EngineUnusable,
    EnvcheckError,
    Fix,
    Interrupted,
    ProfileInvalid,
    StepFailed,
    Unhealthy,
    UsageError,
)
from envcheck.core.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from os import PathLike

    from envcheck.app.scratch import Databases
    from envcheck.app.session import Session
    from envcheck.app.using import InUse, ServiceInUse
    from envcheck.core.events import Event
    from envcheck.core.report import Report

__all__ = [
    "Database",
    "EngineUnusable",
    "EnvcheckError",
    "Environment",
    "ProfileInvalid",
    "Service",
    "StepFailed",
    "Unhealthy",
    "UsageError",
    "environment",
]

After = Literal["as-before", "keep", "down", "clean"]
OnFailure = Literal["keep", "down", "clean"]


@dataclass(frozen=True)
class Database:
    """A database of one's own in a service.

    Attributes:
        service: the service that it is in.
        name: its name there.
        url: how to connect to it; it may hold a password.
        variable: the name of the service's connection variable, such as DATABASE_URL.
    """

    service: str
    name: str
    url: str = field(repr=False)
    variable: str = ""


@dataclass(frozen=True)
class Service:
    """A service that is up, as a program on this machine reaches it.

    Attributes:
        name: as in the profile.
        kind: its entry in the catalogue, such as postgres.
        container: the name of its container.
        host: the address of its ports.
        ports: container port to port on ``host``.
        variable: the name of its connection variable; nothing where it has none.
        url: the value of that; it may hold a password.
        environment: what it was started with, credentials included.
    """

    name: str
    kind: str
    container: str
    host: str
    ports: Mapping[int, int]
    variable: str
    url: str = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)
    _port: int | None = field(repr=False)

    @property
    def port(self) -> int:
        """The port on ``host`` that it is known by: its kind's, or the first that it publishes.

        Raises:
            UsageError: it publishes none.
        """
        if self._port is None:
            raise self._unpublished("port")
        return self._port

    def port_for(self, container_port: int) -> int:
        """The port on ``host`` that leads to a port of its container.

        Raises:
            UsageError: that port is not published.
        """
        if container_port not in self.ports:
            raise self._unpublished(f"port {container_port}")
        return self.ports[container_port]

    def _unpublished(self, what: str) -> UsageError:
        known = ", ".join(map(str, self.ports)) or "none"
        text = f"{self.name} publishes no {what}; it publishes: {known}"
        fix = Fix(f"add it to the `ports:` of {self.name} in the profile")
        return UsageError(text, id="service.port-unpublished", fix=fix)


class Environment:
    """An instance of a profile that is up; its services are attributes and items: `env.db`.

    Attributes:
        profile: the profile's name.
        instance: the name of this running copy of it.
        services: the services by name, jobs left out.
        variables: what `envcheck env` prints: the variables to connect with. They hold passwords.
    """

    def __init__(self, session: Session, found: InUse, stack: ExitStack) -> None:
        self.profile: str = found.profile.name
        self.instance: str = found.owner.instance
        self.services: Mapping[str, Service] = {
            name: _service(each) for name, each in found.services.items()
        }
        self.variables: Mapping[str, str] = dict(found.variables)
        self._session = session
        self._found = found
        self._stack = stack
        self._databases: dict[str, Databases] = {}
        self._one = RLock()

    def __getitem__(self, service: str) -> Service:
        if service not in self.services:
            raise KeyError(_unknown(service, self.services))
        return self.services[service]

    def __getattr__(self, service: str) -> Service:
        services: Mapping[str, Service] = self.__dict__.get("services", {})
        if service not in services:
            raise AttributeError(_unknown(service, services))
        return services[service]

    def __iter__(self) -> Iterator[str]:
        return iter(self.services)

    def __contains__(self, service: object) -> bool:
        return service in self.services

    def __repr__(self) -> str:
        return f"<Environment {self.instance}: {', '.join(self.services)}>"

    @contextmanager
    def database(self, service: str) -> Iterator[Database]:
        """A database of one's own in a service, for as long as the context lasts.

        In PostgreSQL it is a copy of the profile's database, as that was when the first one was
        made; in Redis an empty logical database that nobody else has.

        Raises:
            UsageError: the service's kind has no such thing.
            StepFailed: the service did not make one.
        """
        of = self[service]
        with self._databases_in(of).one() as made:
            yield Database(service, made.name, made.url, of.variable)

    def _databases_in(self, service: Service) -> Databases:
        from envcheck.app.scratch import Server, databases
        from envcheck.services.kind import Access

        with self._one:
            if service.name not in self._databases:
                command = self._found.profile.services[service.name].command or ()
                port = service._port or 0  # noqa: SLF001 - who has none makes no databases
                server = Server(
                    service.name,
                    service.kind,
                    self.instance,
                    service.container,
                    Access(service.host, port, service.environment, command),
                    self._session.engine(),
                    self._session.folder(),
                )
                found = self._stack.enter_context(databases(server))
                self._databases[service.name] = found
            return self._databases[service.name]


def _service(found: ServiceInUse) -> Service:
    return Service(
        name=found.name,
        kind=found.kind,
        container=found.container,
        host=found.host,
        ports=dict(found.ports),
        variable=found.variable,
        url=found.url,
        environment=dict(found.environment),
        _port=found.port,
    )


def _unknown(service: str, known: Iterable[str]) -> str:
    near = nearest(service, known)
    hint = f"; did you mean {near}?" if near else ""
    return f"no service {service} is up; there are: {', '.join(known) or 'none'}{hint}"


@contextmanager
def environment(  # noqa: PLR0913 - each has a name and a default
    profile: str | PathLike[str] = "",
    *,
    instance: str = "",
    after: After = "as-before",
    on_failure: OnFailure = "down",
    locked: bool = False,
    offline: bool = False,
    folder: str | PathLike[str] | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> Iterator[Environment]:
    """Bring a profile up for as long as the context lasts, every service verified ready.

    Several programs may do so at once. The last one to leave makes the instance what it was before:
    what was up stays up, what was not goes down, its data kept.

    Args:
        profile: a name in the folder ``profiles/``, or a path; left out, the only one there is.
        instance: the name of this copy of it; unless given that in ENVCHECK_INSTANCE, or the
            profile's own. ``auto`` makes one from the path of the checkout.
        after: another wish for afterwards: keep it up, take it down, or clean it away.
        on_failure: what becomes of what was made where it cannot be brought up.
        locked: whether nothing but the images of the lockfile will do.
        offline: whether nobody on a network is asked for anything.
        folder: where ``profiles/`` is, the current folder unless given.
        on_event: hears what happens, as `envcheck.core.events` has it; from several threads, one
            call at a time. An exception in it is told as a warning.

    Raises:
        EnvcheckError: it could not be brought up, or something could not be taken away again. The
            error's text is the report that the console would show.
        KeyboardInterrupt: somebody interrupted it; what was made is taken away first, as with a
            failure, as far as that takes no time.
    """
    from envcheck.app.session import Session
    from envcheck.app.up import UpOptions
    from envcheck.app.using import using

    screen = _Screen(on_event)
    options = UpOptions(locked=locked, offline=offline, on_failure=on_failure)
    session = Session(emit=screen.bus.emit, instance=instance, command="up")
    with closing(session), screen.on_errors() as theirs:
        name = _named(profile, folder)
        with using(session, name, options, after=after) as found, ExitStack() as stack:
            try:
                yield Environment(session, found, stack)
            except BaseException as error:
                theirs.append(error)
                raise


def _named(profile: str | PathLike[str], folder: str | PathLike[str] | None) -> str:
    from envcheck.host.profiles import path_in

    name = str(profile)
    return str(path_in(Path(folder), name)) if folder is not None else name


class _Screen:
    """What the console would show, kept until somebody must see it."""

    def __init__(self, on_event: Callable[[Event], None] | None) -> None:
        from envcheck.reporters.bus import Bus
        from envcheck.reporters.console import console_reporter

        self._text = StringIO()
        # No environment: what it says of colours and widths is about a terminal.
        console = console_reporter(self._text, environ={}, quiet=True, program="envcheck")
        self._listener = _Listener(on_event)
        self._console = console
        self.bus = Bus(console, self._listener)

    @contextmanager
    def on_errors(self) -> Iterator[list[BaseException]]:
        """Give errors of ours this text; those in the list are somebody else's."""
        theirs: list[BaseException] = []
        try:
            yield theirs
        except Interrupted as error:
            raise (error if error in theirs else KeyboardInterrupt) from None
        except EnvcheckError as error:
            if error not in theirs:
                error.args = (self._shown(error),)
            raise
        finally:
            self._warn()

    def _shown(self, error: EnvcheckError) -> str:
        from envcheck.core.failures import failure

        self.bus.emit(failure(error))
        self._console.finish(self.bus.report())
        return self._text.getvalue().strip()

    def _warn(self) -> None:
        import warnings

        for trouble in self.bus.troubles.values():
            said = f"{type(trouble).__name__}: {trouble}"
            warnings.warn(f"a listener of envcheck failed: {said}", RuntimeWarning, stacklevel=4)


class _Listener:
    """The caller's own listener."""

    def __init__(self, on_event: Callable[[Event], None] | None) -> None:
        self._on_event = on_event

    def handle(self, event: Event) -> None:
        """Pass it on."""
        if self._on_event is not None:
            self._on_event(event)

    def finish(self, report: Report) -> None:
        """There is nobody to give it to."""
