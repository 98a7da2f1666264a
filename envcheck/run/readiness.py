"""Readiness: waiting until a service answers as its real clients expect, or cannot any more.

An open port, a running container or a log line proves nothing; only an answer does. A container
that has died fails its service at once: waiting goes on only while it can still succeed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core import events as ev
from envcheck.core.errors import EnvcheckError, ExitCode, Fix, ObjectConflict
from envcheck.core.exit_codes import meaning
from envcheck.core.profile import ExecProbe, HttpProbe, TcpProbe
from envcheck.run.poll import poll
from envcheck.services.kind import Access, Answer, NotReady
from envcheck.services.verify import verify_http, verify_tcp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envcheck.core.observed import SeenContainer
    from envcheck.core.profile import Port, Service, Verify
    from envcheck.run.lookout import Post
    from envcheck.run.ports import ContainerState, Engine
    from envcheck.services.desired import ImageChoice
    from envcheck.services.kind import Kind

LOCALHOST = "127.0.0.1"
MOST_RESTARTS = 3
"""Restarts by its own policy after which a container that does not stay up is given up."""

ANSWERED = "it answered once"
"""What there is to say of a service that has answered and did not live on."""

WAS_READY = "it was ready"
_LOG_LINES = 50
_LEAST = 0.01  # seconds that the last question may take, when all others have passed
_VERSION_SECONDS = 5.0
"""How long a service that is ready may take to tell its version, which is worth no more."""
_LOOK_AGAIN = 0.5
"""Seconds after which a container is looked at even though nothing was heard of it."""


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
    """A service that answered: where, as what version, and after how many seconds.

    ``seconds`` counts to the first answer; ``data_path`` is where it says that it keeps its data.
    """

    endpoint: str
    version: str
    seconds: float
    state: ContainerState
    data_path: str = ""


def await_ready(
    target: Target, engine: Engine, post: Post, emit: ev.Emit, *, settled: bool = False
) -> Ready:
    """Wait until the service answers, and see that it lives on.

    Args:
        target: the service.
        engine: asked for the container's state whenever something has happened to it.
        post: for waiting.
        emit: hears what the service said meanwhile.
        settled: whether it ran before, so that its first answer is as good as the last.

    Raises:
        ServiceUnready: its container died, or the time ran out.
        StepFailed: the engine could not be asked.
    """
    attempt = _Attempt(target, engine, post, emit, settled=settled)
    ready = poll(attempt, seconds=target.service.timeout, clock=post)
    if ready is None:
        what = f"not ready after {target.service.timeout:.0f} s"
        raise overdue(target, engine, what, attempt.heard)
    return ready


class _Attempt:
    """One attempt after the other; remembers what was last heard."""

    def __init__(
        self, target: Target, engine: Engine, post: Post, emit: ev.Emit, *, settled: bool
    ) -> None:
        self._target = target
        self._engine = engine
        self._emit = emit
        self._post = post
        self._settled = settled
        self._begun = post.now()
        self._looked = -math.inf
        self._state: ContainerState | None = None
        self._restarts: int | None = None  # those that were before we waited
        self._answered = False
        self.heard = ""

    def __call__(self) -> Ready | None:
        try:
            state = self._look()
            answer = self._ask(state)
            if answer is None:
                return None  # it has died meanwhile, or the time is up
            seconds = self._post.now() - self._begun
            if not (self._settled and state.restarts == 0):
                answer = self._lasting(state, answer)
            version = answer.version or self._version()
        except NotReady as reason:
            self._say(str(reason))
            return None
        except ObjectConflict:
            # No command can be run in a container that has ended since it was looked at.
            if self._engine.inspect_container(self._target.container).alive:
                raise
            return None
        return Ready(endpoint(self._target, state), version, seconds, state, answer.data_path)

    def _look(self) -> ContainerState:
        """The container's state, as fresh as it has to be; its end is raised."""
        stale = self._post.now() - self._looked >= _LOOK_AGAIN
        if self._post.news() or stale or self._state is None:
            self._state = self._engine.inspect_container(self._target.container)
            self._looked = self._post.now()
            if self._restarts is None:
                self._restarts = self._state.restarts
        state = self._state
        if state.status == "restarting" and state.restarts < MOST_RESTARTS:
            raise NotReady(f"it ended with code {state.exit_code}, and is started again")
        if not state.alive or state.restarts - (self._restarts or 0) >= MOST_RESTARTS:
            said = ANSWERED if self._answered else self.heard
            raise died(self._target, state, self._engine, said)
        return state

    def _ask(self, state: ContainerState) -> Answer | None:
        left = self._begun + self._target.service.timeout - self._post.now()
        return self._post.ask(lambda: self._answer(state), seconds=max(left, _LEAST))

    def _answer(self, state: ContainerState) -> Answer:
        kind, service = self._target.kind, self._target.service
        # A container that lost its network lost its ports too, and runs on: that is no answer.
        published = main_port(self._target) is not None
        access = _access_for(self._target, state, None) if published else None
        answer = kind.probe(access) if kind.probe and access else Answer()
        for probe in service.verify:
            self._verify(probe, state)
        return answer

    def _version(self) -> str:
        """The version that a command in the container tells; nothing where it takes too long."""
        target, engine = self._target, self._engine
        return self._post.ask(lambda: _asked(target, engine), seconds=_VERSION_SECONDS) or ""

    def _lasting(self, state: ContainerState, answer: Answer) -> Answer:
        """See that the container lives on for a while and answers again."""
        seconds = self._target.service.stable_for
        end = self._post.now() + seconds
        self._answered = True
        while (left := end - self._post.now()) > 0:
            self._post.wait(left)
            self._same(state)
        if not seconds:
            return answer
        try:
            again = self._ask(self._same(state))
        except NotReady as reason:
            raise NotReady(f"it answered once, and {seconds:g} s later: {reason}") from reason
        if again is None:
            raise NotReady(f"{ANSWERED}, and not again")
        return again

    def _same(self, before: ContainerState) -> ContainerState:
        now = self._look()
        if (now.id, now.started_at, now.restarts) != (
            before.id,
            before.started_at,
            before.restarts,
        ):
            raise NotReady("it answered once, ended, and was started again")
        return now

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


def access_to(
    target: Target, state: ContainerState | SeenContainer, port: int | None = None
) -> Access | None:
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


def died(target: Target, state: ContainerState, engine: Engine, heard: str = "") -> ServiceUnready:
    """The error for a service whose container does not run, or does not stay up."""
    what, id = _end_of(state)
    return ServiceUnready(
        f"{heard}, and then {what}" if heard in (ANSWERED, WAS_READY) else what,
        id=id,
        logs=last_lines(target, engine),
        fix=Fix("read the whole log", (f"docker logs {target.container}",)),
        state=state,
        heard=heard,
    )


def last_lines(target: Target, engine: Engine) -> tuple[str, ...]:
    """The last lines of its log; none where the engine cannot read it, as with some log drivers."""
    try:
        return engine.logs(target.container, _LOG_LINES)
    except EnvcheckError:
        return ()


def _end_of(state: ContainerState) -> tuple[str, str]:
    code = state.exit_code
    if state.status in ("created", "exited", "dead") and state.error:
        return f"its container could not start: {state.error}", "service.cannot-start"
    if state.oom_killed:
        return f"killed for using too much memory (exit code {code})", "service.out-of-memory"
    if state.restarts >= MOST_RESTARTS:
        return f"it ends again and again, {state.restarts} restarts so far", "service.crash-loop"
    if state.status == "exited":
        means = meaning(code)
        return f"exited with code {code}" + (f": {means}" if means else ""), "service.exited"
    return f"its container is {state.status}", "service.not-running"


def overdue(target: Target, engine: Engine, what: str, heard: str = "") -> ServiceUnready:
    """The error for a service or job whose time is up; ``heard`` is its probe's last answer."""
    return ServiceUnready(
        what,
        id="service.timeout",
        evidence=(f"last answer: {heard}",) if heard else (),
        logs=last_lines(target, engine),
        fix=Fix(
            "read the whole log; if it only needs longer, set `timeout:` in the profile",
            (f"docker logs {target.container}",),
        ),
        state=engine.inspect_container(target.container),
        heard=heard,
    )
