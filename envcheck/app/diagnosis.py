"""From what went wrong with a service to the fault of the catalogue that it is a sign of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from envcheck.app.port_holders import PORT_FAULTS, holder_of
from envcheck.core.host_ports import insisted, preferred
from envcheck.doctor.diagnose import diagnose
from envcheck.doctor.symptom import Symptom
from envcheck.reporters.calling import meant
from envcheck.run.readiness import ServiceUnready

if TYPE_CHECKING:
    from collections.abc import Callable

    from envcheck.app.port_holders import PortHolder
    from envcheck.app.session import Session
    from envcheck.core.errors import EnvcheckError
    from envcheck.core.spec import Owner
    from envcheck.doctor.fault import Diagnosis
    from envcheck.run.readiness import Target

# What the readiness loop itself says of these is more exact: it knows the seconds and the code.
_OUTCOMES = ("service.exited", "service.timeout")


def explainer(session: Session, owner: Owner) -> Callable[[Target, EnvcheckError], EnvcheckError]:
    """What `run.perform` asks to explain the failure of a service."""

    def explain(target: Target, error: EnvcheckError) -> EnvcheckError:
        if isinstance(error, ServiceUnready):
            return _filled(_unready(session, target, error), owner, target.service.name)
        if error.id in PORT_FAULTS:
            return _port_held(session, target, error)
        return error

    return explain


def _filled(error: EnvcheckError, owner: Owner, service: str) -> EnvcheckError:
    """The advice with the names that the catalogue cannot know."""
    if error.fix is not None:
        text = error.fix.text.replace("PROFILE", meant(owner.profile, owner.instance)).replace(
            "SERVICE", service
        )
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
    observed = session.engine().observe()
    # Only a port that is insisted on fails for good; others are for what has no such port.
    wanted = sorted(insisted(target.ports) or preferred(target.ports))
    for port in wanted:
        holder = holder_of(port, observed, but=target.container)
        if holder is not None:
            return _renamed(error, _held(session, error, port, holder))
    return error


def _held(
    session: Session, error: EnvcheckError, port: int, holder: PortHolder
) -> Diagnosis | None:
    text = "\n".join(error.evidence)
    return diagnose(
        Symptom(
            "start",
            str(port),
            text,
            status=500,
            holder=holder.name,
            holder_stop=holder.stop,
            facts=session.facts(),
        )
    )


def _renamed(error: EnvcheckError, found: Diagnosis | None) -> EnvcheckError:
    if found is None:
        return error
    evidence = found.evidence or error.evidence
    return type(error)(found.what, id=found.id, evidence=evidence, fix=found.fix)
