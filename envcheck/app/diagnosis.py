"""From what went wrong with a service to the fault of the catalogue that it is a sign of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from envcheck.doctor.diagnose import diagnose
from envcheck.doctor.symptom import Symptom
from envcheck.host.processes import listener
from envcheck.run.readiness import ServiceUnready

if TYPE_CHECKING:
    from collections.abc import Callable

    from envcheck.app.session import Session
    from envcheck.core.errors import EnvcheckError
    from envcheck.doctor.fault import Diagnosis
    from envcheck.run.readiness import Target

_PORT_FAULTS = ("docker.port-taken", "machine.port-taken")
# What the readiness loop itself says of these is more exact: it knows the seconds and the code.
_OUTCOMES = ("service.exited", "service.timeout")


def explainer(session: Session, profile: str) -> Callable[[Target, EnvcheckError], EnvcheckError]:
    """What `run.perform` asks to explain the failure of a service."""

    def explain(target: Target, error: EnvcheckError) -> EnvcheckError:
        if isinstance(error, ServiceUnready):
            return _filled(_unready(session, target, error), profile, target.service.name)
        if error.id in _PORT_FAULTS:
            return _port_held(session, target, error)
        return error

    return explain


def _filled(error: EnvcheckError, profile: str, service: str) -> EnvcheckError:
    """The advice with the names that the catalogue cannot know."""
    if error.fix is not None:
        text = error.fix.text.replace("PROFILE", profile).replace("SERVICE", service)
        error.fix = replace(error.fix, text=text)
    return error


def _unready(session: Session, target: Target, error: ServiceUnready) -> EnvcheckError:
    state = error.state
    found = diagnose(
        Symptom(
            doing="wait",
            subject=target.container,
            text=(state.error if state else "") or error.heard,
            state=state.status if state else "",
            health=state.health if state else "",
            exit_code=state.exit_code if state and not state.alive else None,
            oom_killed=state is not None and state.oom_killed,
            restarts=state.restarts if state else 0,
            logs=error.logs,
            facts=session.facts(),
        )
    )
    if found is None or found.id in _OUTCOMES:
        return error
    return ServiceUnready(
        found.what,
        id=found.id,
        evidence=found.evidence or error.evidence,
        logs=error.logs,
        fix=found.fix,
        state=state,
        heard=error.heard,
    )


def _port_held(session: Session, target: Target, error: EnvcheckError) -> EnvcheckError:
    """Name who holds the port: a container, its project and how to stop it, or a process."""
    wanted = [port.host for port in target.ports if port.host is not None]
    for container in session.engine().observe().containers:
        held = [port for port in wanted if port in container.ports.values()]
        if held and container.name != target.container:
            project = container.labels.get("com.docker.compose.project") or container.instance
            name = f"container {container.name}" + (f" of {project}" if project else "")
            return _renamed(
                error, _held(session, error, held[0], name, f"docker stop {container.name}")
            )
    for port in wanted:
        process = listener(port)
        if process is not None:
            name = f"{process.name}, pid {process.pid}"
            return _renamed(error, _held(session, error, port, name, f"kill {process.pid}"))
    return error


def _held(
    session: Session, error: EnvcheckError, port: int, holder: str, stop: str
) -> Diagnosis | None:
    text = "\n".join(error.evidence)
    return diagnose(
        Symptom(
            "start",
            str(port),
            text,
            status=500,
            holder=holder,
            holder_stop=stop,
            facts=session.facts(),
        )
    )


def _renamed(error: EnvcheckError, found: Diagnosis | None) -> EnvcheckError:
    if found is None:
        return error
    evidence = found.evidence or error.evidence
    return type(error)(found.what, id=found.id, evidence=evidence, fix=found.fix)
