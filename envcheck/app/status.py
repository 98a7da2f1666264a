"""status: every instance on this engine, from labels alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core import events as ev
from envcheck.core.spec import Label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from envcheck.app.session import Session
    from envcheck.core.observed import Observed, SeenContainer


@dataclass(frozen=True)
class ServiceStatus:
    """A service's container: the engine's word for its state, and container port to host port."""

    service: str
    container: str
    state: str
    ports: Mapping[int, int]


@dataclass(frozen=True)
class InstanceStatus:
    """One instance: its profile and folder, its containers, its volumes."""

    instance: str
    profile: str
    root: str
    services: tuple[ServiceStatus, ...]
    volumes: tuple[str, ...]


def status(session: Session, profile: str) -> tuple[InstanceStatus, ...]:
    """What stands on the engine, of one profile or of all."""
    session.emit(ev.Started("status", profile, session.instance))
    observed = session.engine().observe()
    found = (instance_status(name, observed) for name in observed.instances())
    return tuple(
        one
        for one in found
        if profile in ("", one.profile) and session.instance in ("", one.instance)
    )


def instance_status(instance: str, observed: Observed) -> InstanceStatus:
    """One instance as its labels tell it."""
    containers = sorted(observed.of_instance(instance), key=lambda c: c.service)
    volumes = [v for v in observed.volumes if v.labels.get(Label.INSTANCE) == instance]
    labelled = (
        *(c.labels for c in containers),
        *(v.labels for v in volumes),
        *_others(instance, observed),
    )
    return InstanceStatus(
        instance=instance,
        profile=_first(labelled, Label.PROFILE),
        root=_first(labelled, Label.ROOT),
        services=tuple(_service(container) for container in containers),
        volumes=tuple(sorted(volume.name for volume in volumes)),
    )


def _others(instance: str, observed: Observed) -> Iterable[Mapping[str, str]]:
    labelled = (*(n.labels for n in observed.networks), *(i.labels for i in observed.images))
    return (labels for labels in labelled if labels.get(Label.INSTANCE) == instance)


def _first(labelled: Iterable[Mapping[str, str]], name: str) -> str:
    return next((labels[name] for labels in labelled if labels.get(name)), "")


def _service(seen: SeenContainer) -> ServiceStatus:
    return ServiceStatus(seen.service, seen.name, seen.state, dict(seen.ports))
