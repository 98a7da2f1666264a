"""doctor: can this machine run it? And with leave, mend what is missing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from envcheck.app import images
from envcheck.app.loading import load, owner_of, tell_warnings
from envcheck.core import events as ev
from envcheck.core.errors import EnvcheckError, ExitCode, Fix
from envcheck.core.profile import Requires
from envcheck.core.reference import parse_reference
from envcheck.core.spec import NAMESPACE, Label
from envcheck.doctor import checks
from envcheck.doctor.engine_faults import Unreachable
from envcheck.host import engines
from envcheck.host.disk import free_bytes
from envcheck.host.network import taken
from envcheck.host.tools import version_of
from envcheck.services.desired import published_ports

if TYPE_CHECKING:
    from envcheck.app.session import Session
    from envcheck.core.errors import EngineUnusable
    from envcheck.core.profile import Profile
    from envcheck.engine.client import DockerEngine

HELLO_WORLD = parse_reference("hello-world:linux")
"""The official image's one tag for this system besides ``latest``, which no pin may be."""

DOCTOR = "(doctor)"
"""Who uses hello-world in the ledger when the doctor is asked without a profile."""

_MENDABLE = ("docker.not-installed", "docker.not-running")
_RESTS_ON_ENGINE = (
    ("docker.hello-world", "hello-world"),
    ("machine.disk", "disk"),
    ("machine.memory", "memory"),
)


class MachineUnfit(EnvcheckError):
    """A check failed that the profile's services rest on."""

    exit_code = ExitCode.UNHEALTHY


def doctor(session: Session, name: str, *, fix: bool) -> None:
    """Check the machine, for a profile if one is named.

    Raises:
        EngineUnusable: there is no engine, and it was not mended.
    """
    profile = load(session, name) if name else None
    instance = owner_of(session, profile).instance if profile else session.instance
    title = profile.name if profile else ""
    description = profile.description if profile else ""
    session.emit(ev.Started("doctor", title, instance, description))
    examine(session, profile, instance or DOCTOR, fix=fix)
    if not profile:
        _tidy(session)


def examine(session: Session, profile: Profile | None, instance: str, *, fix: bool) -> None:
    """All checks, in dependency order; what rests on a broken one is skipped.

    Raises:
        EngineUnusable: there is no engine, and it was not mended.
    """
    session.emit(ev.Section("Machine"))
    if profile is not None:
        tell_warnings(session, profile)
        _tools(session, profile)
    engine = working_engine(session, profile, fix=fix)
    _disk_and_memory(session, engine, profile)
    if profile is not None:
        _ports(session, engine, profile, instance)
    _hello_world(session, engine, instance)


def fit(results: tuple[ev.Result, ...]) -> None:
    """Stop where a check has failed.

    Raises:
        MachineUnfit: one has.
    """
    failed = [result.id for result in results if result.status in ("fail", "error")]
    if failed:
        raise MachineUnfit(
            f"this machine cannot run it yet: {', '.join(failed)}", id="machine.unfit"
        )


def working_engine(session: Session, profile: Profile | None, *, fix: bool) -> DockerEngine:
    """The engine; where there is none and ``fix`` is set, installed and started after asking.

    Raises:
        EngineUnusable: there is none, and it was not mended.
        UsageError: mending was not agreed to.
    """
    begun = time.monotonic()
    answer = session.try_engine()
    if isinstance(answer, Unreachable):
        error = session.diagnose(answer)
        session.emit(ev.Checked(_broken(error)))
        if not (fix and error.id in _MENDABLE):
            for id, title in _RESTS_ON_ENGINE:
                session.emit(ev.Checked(checks.skipped(id, title, "no engine")))
            raise error
        _mend(session, error)
        begun = time.monotonic()
        answer = session.engine()
    wanted = profile.requires.docker if profile else ""
    result = checks.judge_engine(answer.describe(), wanted, time.monotonic() - begun)
    session.emit(ev.Checked(result))
    return answer


def _broken(error: EngineUnusable) -> ev.Result:
    return ev.Result(
        "docker.engine",
        "engine",
        "fail",
        error.what,
        evidence=error.evidence,
        fix=error.fix,
        fault=error.id,
    )


def _mend(session: Session, error: EngineUnusable) -> None:
    endpoint = session.endpoint()
    facts = engines.host_facts(endpoint.socket)
    if endpoint.socket is None or not facts.start or (not facts.installed and not facts.install):
        raise error
    lines = error.fix.commands if error.fix else ()
    session.agree(lines, "Run these commands now?", id=error.id)
    if not facts.installed:
        engines.install(facts, session.emit)
    engines.start(endpoint.socket, session.emit, session.clock)


def _disk_and_memory(session: Session, engine: DockerEngine, profile: Profile | None) -> None:
    info = engine.info()
    requires = profile.requires if profile else Requires()
    folder = str(info.get("DockerRootDir") or "")
    free = free_bytes(folder)
    session.emit(ev.Checked(checks.judge_disk(free, requires.disk, folder)))
    memory = int(info.get("MemTotal") or 0)
    session.emit(ev.Checked(checks.judge_memory(memory, requires.memory)))


def _tools(session: Session, profile: Profile) -> None:
    for program, wanted in profile.tools.items():
        session.emit(ev.Checked(checks.judge_tool(program, wanted, version_of(program))))


def _ports(session: Session, engine: DockerEngine, profile: Profile, instance: str) -> None:
    wishes = {
        port.host: port.wish == "insist"
        for service in profile.services.values()
        for port in published_ports(service)
        if port.host is not None
    }
    containers = engine.observe().containers
    own = {p for c in containers if c.instance == instance for p in c.ports.values()}
    holders = {
        p: f"container {c.name}"
        for c in containers
        if c.instance != instance
        for p in c.ports.values()
    }
    held = taken(wishes) | (set(holders) & set(wishes))
    session.emit(ev.Checked(checks.judge_ports(wishes, held, own, holders)))


def _hello_world(session: Session, engine: DockerEngine, instance: str) -> None:
    session.emit(ev.CheckStarted("docker.hello-world", "hello-world"))
    begun = time.monotonic()
    try:
        image = images.ensure(session, (HELLO_WORLD,), instance)[HELLO_WORLD]
        ran = engine.run_once(
            image.reference, {f"{NAMESPACE}.check": "hello-world", Label.INSTANCE: instance}
        )
    except EnvcheckError as error:
        session.emit(ev.Checked(_hello_failed(error, time.monotonic() - begun)))
        if error.exit_code == ExitCode.INVALID:  # not agreed to: going on would ask again
            raise
        return
    seconds = time.monotonic() - begun
    result = checks.judge_hello(ran.exit_code, ran.output, image.source, seconds)
    session.emit(ev.Checked(result))


def _hello_failed(error: EnvcheckError, seconds: float) -> ev.Result:
    return ev.Result(
        "docker.hello-world",
        "hello-world",
        "fail",
        error.what,
        seconds,
        evidence=error.evidence,
        fix=error.fix or Fix("see the evidence"),
        fault=error.id,
    )


def _tidy(session: Session) -> None:
    """Without a profile there is no `clean` that would remove the image: so it goes at once."""
    engine, ledger = session.engine(), session.ledger()
    for record in ledger.images():
        if DOCTOR not in record.instances:
            continue
        if not record.before and record.instances == {DOCTOR}:
            engine.remove_image(record.reference)
        ledger.forget_use(record.reference, DOCTOR)
