"""Readiness: waiting until a service answers as its real clients expect, or cannot any more.

An open port, a running container or a log line proves nothing; only an answer does. A container
that has died fails its service at once: waiting goes on only while it can still succeed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core import events as ev
from envcheck.core.errors import EnvcheckError, ExitCode, Fix, ObjectConflict
from envcheck.core.profile import ExecProbe, HttpProbe, TcpProbe
from envcheck.run.poll import poll
from envcheck.services.kind import Access, Answer, NotReady
from envcheck.services.verify import verify_http, verify_tcp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envcheck.core.profile import Port, Service, Verify
    from envcheck.run.ports import Clock, ContainerState, Engine
    from envcheck.services.desired import ImageChoice
    from envcheck.services.kind import Kind

LOCALHOST = "127.0.0.1"
_LOG_LINES = 50
_LASTING = 0.3
"""Seconds that a service must live which has neither a probe nor a `verify` to answer."""

_SIGNALS = {137: "it was killed (SIGKILL)", 139: "it crashed (SIGSEGV)", 143: "it was told to stop"}
_CODES = {126: "its command cannot be executed", 127: "its command was not found"}


class ServiceUnready(EnvcheckError):
    """A service that did not become ready; carries what is needed to see why.

    Attributes:
        logs: the last lines that its container printed, oldest first.
        state: its container's state at the end.
        heard: the last answer of its probe.
    """

    exit_code = ExitCode.UNHEALTHY

    def __init__(  # noqa: PLR0913 - an error carries all that is known of it
        self,
        what: str,
        *,
        id: str,
        evidence: Sequence[str] = (),
        logs: Sequence[str] = (),
        fix: Fix | None = None,
        state: ContainerState | None = None,
        heard: str = "",
    ) -> None:
        super().__init__(what, id=id, evidence=evidence, fix=fix)
        self.logs = tuple(logs)
        self.state = state
        self.heard = heard


@dataclass(frozen=True)
class Target:
    """A service to wait for, with all that is known of it. ``volumes`` are names in Docker."""

    service: Service
    kind: Kind
    image: ImageChoice
    container: str
    ports: tuple[Port, ...]
    volumes: tuple[str, ...] = ()

    @property
    def product(self) -> str:
        """What people call it."""
        return self.kind.product or self.image.shown


@dataclass(frozen=True)
class Ready:
    """A service that answered: where, as what version, and after how many seconds."""

    endpoint: str
    version: str
    seconds: float
    state: ContainerState


def await_ready(
    target: Target, engine: Engine, clock: Clock, emit: ev.Emit, *, seconds: float
) -> Ready:
    """Wait until the service answers.

    Raises:
        ServiceUnready: its container died, or the time ran out.
        StepFailed: the engine could not be asked.
    """
    attempt = _Attempt(target, engine, clock, emit)
    begun = clock.now()
    ready = poll(attempt, seconds=seconds, clock=clock)
    if ready is None:
        raise _too_late(target, attempt.heard, engine, seconds)
    state, answer = ready
    version = answer.version or _asked(target, engine)
    return Ready(endpoint(target, state), version, clock.now() - begun, state)


class _Attempt:
    """One attempt after the other; remembers what was last heard."""

    def __init__(self, target: Target, engine: Engine, clock: Clock, emit: ev.Emit) -> None:
        self._target = target
        self._engine = engine
        self._emit = emit
        self._clock = clock
        self._alive_since: float | None = None
        self.heard = ""

    def __call__(self) -> tuple[ContainerState, Answer] | None:
        state = self._engine.inspect_container(self._target.container)
        if not state.alive:
            raise _died(self._target, state, self._engine)
        try:
            return state, self._ask(state)
        except NotReady as reason:
            self._say(str(reason))
            return None
        except ObjectConflict:
            # No command can be run in a container that has ended since it was looked at.
            if self._engine.inspect_container(self._target.container).alive:
                raise
            return None

    def _ask(self, state: ContainerState) -> Answer:
        kind, service = self._target.kind, self._target.service
        access = access_to(self._target, state)
        answer = kind.probe(access) if kind.probe and access else None
        for probe in service.verify:
            self._verify(probe, state)
        if answer is None and not service.verify and not self._has_lasted():
            raise NotReady("it runs; whether it lasts is seen in a moment")
        return answer or Answer()

    def _has_lasted(self) -> bool:
        """Whether a container that cannot be asked anything has at least not died at once."""
        if self._alive_since is None:
            self._alive_since = self._clock.now()
        return self._clock.now() - self._alive_since >= _LASTING

    def _verify(self, probe: Verify, state: ContainerState) -> None:
        match probe:
            case HttpProbe():
                verify_http(_access_for(self._target, state, probe.port), probe)
            case TcpProbe():
                verify_tcp(_access_for(self._target, state, probe.port))
            case ExecProbe():
                _verify_exec(self._target.container, probe, self._engine)

    def _say(self, heard: str) -> None:
        if heard != self.heard:
            self.heard = heard
            self._emit(ev.ServiceProgress(self._target.service.name, "starting", heard))


def _verify_exec(container: str, probe: ExecProbe, engine: Engine) -> None:
    ran = engine.execute(container, probe.command)
    said = " ".join(ran.output.split())[:80]
    if ran.exit_code != 0:
        raise NotReady(f"{probe.command[0]} exited with {ran.exit_code}: {said}")
    if probe.contains not in ran.output:
        raise NotReady(f"{probe.command[0]} did not print '{probe.contains}': {said}")


def access_to(target: Target, state: ContainerState, port: int | None = None) -> Access | None:
    """How to reach a container's port from this machine, or None where it is not published."""
    wanted = port or main_port(target)
    if wanted is None or wanted not in state.ports:
        return None
    service = target.service
    return Access(LOCALHOST, state.ports[wanted], dict(service.environment), service.command or ())


def _access_for(target: Target, state: ContainerState, port: int | None) -> Access:
    access = access_to(target, state, port)
    if access is None:
        raise NotReady(f"port {port or main_port(target)} is not published")
    return access


def main_port(target: Target) -> int | None:
    """The container's port that the service is known by: the kind's, or the first published."""
    containers = [port.container for port in target.ports]
    if target.kind.port in containers:
        return target.kind.port
    return containers[0] if containers else None


def endpoint(target: Target, state: ContainerState) -> str:
    """HOST:PORT where the service answers, or nothing where it publishes no port."""
    access = access_to(target, state)
    return f"{access.host}:{access.port}" if access else ""


def _asked(target: Target, engine: Engine) -> str:
    command = target.kind.version_command
    if not command:
        return ""
    ran = engine.execute(target.container, command)
    words = ran.output.split()
    return words[-1].lstrip("v") if ran.exit_code == 0 and words else ""


def _died(target: Target, state: ContainerState, engine: Engine) -> ServiceUnready:
    code = state.exit_code
    if state.status in ("created", "exited", "dead") and state.error:
        what, id = f"its container could not start: {state.error}", "service.cannot-start"
    elif state.oom_killed:
        what, id = f"killed for using too much memory (exit code {code})", "service.out-of-memory"
    elif state.status == "exited":
        meaning = _CODES.get(code) or _SIGNALS.get(code)
        what = f"exited with code {code}" + (f": {meaning}" if meaning else "")
        id = "service.exited"
    else:
        what, id = f"its container is {state.status}", "service.not-running"
    return ServiceUnready(
        what,
        id=id,
        logs=engine.logs(target.container, _LOG_LINES),
        fix=Fix("read the whole log", (f"docker logs {target.container}",)),
        state=state,
    )


def _too_late(target: Target, heard: str, engine: Engine, seconds: float) -> ServiceUnready:
    return ServiceUnready(
        f"not ready after {seconds:.0f} s",
        id="service.timeout",
        evidence=(f"last answer: {heard}",) if heard else (),
        logs=engine.logs(target.container, _LOG_LINES),
        fix=Fix(
            "read the whole log; if it only needs longer, set `timeout:` in the profile",
            (f"docker logs {target.container}",),
        ),
        state=engine.inspect_container(target.container),
        heard=heard,
    )
