"""The jobs of an instance: whether each was done. None is waited for, and none is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core import events as ev
from envcheck.core.errors import Fix, UsageError
from envcheck.core.observed import owned
from envcheck.core.spec import container_name
from envcheck.run.verdicts import verdict_on
from envcheck.services.catalogue import KINDS

if TYPE_CHECKING:
    from envcheck.app.checking.subject import Instance
    from envcheck.core.jobs import JobRecord
    from envcheck.core.observed import SeenContainer
    from envcheck.core.profile import Service


def tell_jobs(instance: Instance) -> None:
    """Tell of each job whether it was done."""
    jobs = [s for s in instance.profile.services.values() if KINDS[s.kind].job]
    records = instance.session.ledger().jobs(instance.owner.instance) if jobs else {}
    for service in jobs:
        seen = instance.observed.container(container_name(instance.owner.instance, service.name))
        ours = seen if seen and owned(seen.labels, instance.owner.instance) else None
        wrong = _not_done(instance, records.get(service.name), ours)
        if wrong:
            _tell_undone(instance, service, wrong)
        else:
            _tell_done(instance, service, ours)


def _not_done(instance: Instance, record: JobRecord | None, seen: SeenContainer | None) -> str:
    """Why a job does not count as done; nothing where it does."""
    if record is not None and record.done:
        return ""
    if seen is None:
        return "was not done"
    if seen.state == "running":
        return "still runs"
    state = instance.session.engine().inspect_container(seen.id)
    if state.status == "exited" and state.exit_code == 0:
        return ""  # the ledger was lost, its container was not
    return f"was not done: its container is {state.status}, with code {state.exit_code}"


def _tell_done(instance: Instance, service: Service, seen: SeenContainer | None) -> None:
    session = instance.session
    name = seen.name if seen else ""
    image = seen.image if seen else str(service.image or "")
    session.emit(ev.ServiceDone(service.name, image, "", "local", name, 0.0, fresh=False))
    session.emit(ev.Checked(verdict_on(f"{service.name}.done", "pass", "done")))


def _tell_undone(instance: Instance, service: Service, what: str) -> None:
    session, container = instance.session, container_name(instance.owner.instance, service.name)
    fix = Fix("`up` waits for it, or runs it again", (instance.command("up"),))
    error = UsageError(what, id="service.not-done", fix=fix)
    session.emit(ev.ServiceFailed(service.name, error.id, container, what, 0.0, fix=fix))
    session.emit(ev.Checked(verdict_on(f"{service.name}.done", "fail", what, error)))
