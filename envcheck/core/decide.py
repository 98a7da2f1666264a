"""Decisions: from what should be and what is, to the plan that makes the one into the other. Pure.

Every function here looks at labels before it plans to touch anything: what does not bear the
instance's labels never gets into a plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix, ObjectConflict, UsageError
from envcheck.core.observed import Observed, SeenContainer, SeenNetwork, SeenVolume, owned
from envcheck.core.plan import (
    AwaitReady,
    CreateContainer,
    CreateNetwork,
    CreateVolume,
    Plan,
    PlanBuilder,
    RemoveContainer,
    StartContainer,
    StopContainer,
)
from envcheck.core.spec import Label, PortBinding

if TYPE_CHECKING:
    from collections.abc import Iterable, Set

    from envcheck.core.desired import Desired, DesiredService
    from envcheck.core.profile import Port

_NO_SUCH = "no such {kind}"


@dataclass(frozen=True)
class Standing:
    """How a service's container stands: what it is, and why it must be made anew, if it must."""

    seen: SeenContainer | None
    stale: str = ""

    @property
    def keep(self) -> bool:
        """Whether the container that is there can stay."""
        return self.seen is not None and not self.stale


def decide_up(
    desired: Desired, observed: Observed, *, taken: Set[int] = frozenset(), first: int = 1
) -> Plan:
    """The plan that makes an instance what its profile says.

    Args:
        desired: the instance as it should be.
        observed: the engine as it is.
        taken: host ports that somebody listens on.
        first: the number of the plan's first step.

    Raises:
        ObjectConflict: something that is not ours has a name that we need.
        UsageError: the instance belongs to another folder.
    """
    _refuse_foreign(desired, observed)
    build = PlanBuilder(first)
    _network(build, desired, observed)
    standings = {name: _standing(service, observed) for name, service in desired.services.items()}
    _remove_undeclared(build, desired, observed)
    for name, service in desired.services.items():
        _volumes(build, service, observed)
        _container(build, service, standings[name], _free_ports(service, observed, taken))
    return build.plan()


def _refuse_foreign(desired: Desired, observed: Observed) -> None:
    instance = desired.owner.instance
    wanted: list[tuple[str, SeenNetwork | SeenContainer | SeenVolume | None]]
    wanted = [("network", observed.network(desired.network.name))]
    for service in desired.services.values():
        wanted.append(("container", observed.container(service.container.name)))
        wanted += [("volume", observed.volume(volume.name)) for volume in service.volumes]
    for kind, seen in wanted:
        if seen is None:
            continue
        if not owned(seen.labels, instance):
            raise _name_taken(kind, seen.name)
        root = seen.labels.get(Label.ROOT, desired.owner.root)
        if root != desired.owner.root:
            raise _elsewhere(instance, root)


def _name_taken(kind: str, name: str) -> ObjectConflict:
    return ObjectConflict(
        f"there is a {kind} named '{name}' already, and it is not ours",
        id="docker.name-taken",
        evidence=(f"{kind} {name} does not bear the label {Label.INSTANCE}",),
        fix=Fix(
            "look at it and remove or rename it yourself, or use another instance name",
            (f"docker {kind} inspect {name}",),
        ),
    )


def _elsewhere(instance: str, root: str) -> UsageError:
    return UsageError(
        f"instance '{instance}' belongs to the profile in {root}",
        id="instance.elsewhere",
        fix=Fix("give this one a name of its own with --instance NAME, or clean the other one"),
    )


def _network(build: PlanBuilder, desired: Desired, observed: Observed) -> None:
    name = desired.network.name
    if observed.network(name) is None:
        cause = _NO_SUCH.format(kind="network")
        build.add(CreateNetwork(desired.network), cause, key=("network", name))


def _volumes(build: PlanBuilder, service: DesiredService, observed: Observed) -> None:
    for volume in service.volumes:
        key = ("volume", volume.name)
        if observed.volume(volume.name) is None and not build.has(key):
            build.add(CreateVolume(volume), _NO_SUCH.format(kind="volume"), key=key)


def _remove_undeclared(build: PlanBuilder, desired: Desired, observed: Observed) -> None:
    names = {service.container.name for service in desired.services.values()}
    for seen in observed.of_instance(desired.owner.instance):
        if seen.name not in names:
            act = RemoveContainer(seen.id, seen.name, seen.service)
            build.add(act, "no longer in the profile", key=("remove", seen.name))


def _standing(service: DesiredService, observed: Observed) -> Standing:
    seen = observed.container(service.container.name)
    if seen is None:
        return Standing(None)
    changed = changed_parts(seen.fingerprint, service.container.labels[Label.FINGERPRINT])
    if changed:
        return Standing(seen, f"{' and '.join(changed)} changed")
    image = observed.image(service.container.image)
    if image is not None and image.id != seen.image_id:
        return Standing(seen, f"{service.container.image} is another image now")
    if not _connectable(seen, service.container.network, observed):
        return Standing(seen, "its network is gone")
    if seen.state in ("dead", "removing"):
        return Standing(seen, f"it is {seen.state}")
    return Standing(seen)


def _connectable(seen: SeenContainer, name: str, observed: Observed) -> bool:
    """Whether a container's network is still the one that it was connected to.

    Once started, the engine knows a container's network by id only: it can never be started again
    when that network was removed, and made anew or not.
    """
    connected, network = seen.networks.get(name), observed.network(name)
    return connected == "" or (network is not None and network.id == connected)


def changed_parts(before: str, now: str) -> tuple[str, ...]:
    """The names of the parts in which two fingerprints differ."""
    old, new = (dict(_mark(part) for part in text.split(",")) for text in (before, now))
    return tuple(name for name in new if old.get(name) != new[name])


def _mark(part: str) -> tuple[str, str]:
    name, _, value = part.partition(":")
    return name, value


def _container(
    build: PlanBuilder, service: DesiredService, standing: Standing, ports: tuple[PortBinding, ...]
) -> None:
    name = service.container.name
    needs = (
        ("network", service.container.network),
        *(("volume", volume.name) for volume in service.volumes),
    )
    cause = _NO_SUCH.format(kind="container")
    if standing.seen is not None and standing.stale:
        cause = standing.stale
        gone = RemoveContainer(standing.seen.id, name, service.name)
        if standing.seen.state == "running":
            # A database that is stopped cleanly starts quickly again; a killed one must recover.
            build.add(StopContainer(name, service.name), cause, key=("stop", name))
        build.add(gone, cause, key=("remove", name), after=(("stop", name),))
    if not standing.keep:
        act = CreateContainer(replace(service.container, ports=ports), standing.stale)
        build.add(act, cause, key=("create", name), after=(*needs, ("remove", name)))
    if not (standing.keep and standing.seen and standing.seen.state == "running"):
        ready = tuple(("ready", need) for need in service.depends_on)
        cause = "it is created" if not standing.keep else f"it is {_state(standing)}"
        build.add(
            StartContainer(name, service.name),
            cause,
            key=("start", name),
            after=(("create", name), *ready),
        )
    build.add(
        AwaitReady(service.name, name),
        "ready means: it answers",
        key=("ready", service.name),
        after=(("start", name),),
    )


def _state(standing: Standing) -> str:
    return standing.seen.state if standing.seen else "missing"


def _free_ports(
    service: DesiredService, observed: Observed, taken: Set[int]
) -> tuple[PortBinding, ...]:
    own = service.container.name
    others = {p for c in observed.containers if c.name != own for p in c.ports.values()}
    seen = observed.container(own)
    current = dict(seen.ports) if seen else {}
    busy = others | (taken - set(current.values()))
    return tuple(_binding(port, current, busy) for port in service.ports)


def _binding(port: Port, current: dict[int, int], busy: Set[int]) -> PortBinding:
    if port.wish == "insist":  # taken or not: the engine's refusal names who holds it
        return PortBinding(port.container, port.host)
    for host in (port.host, current.get(port.container)):
        if host is not None and host not in busy:
            return PortBinding(port.container, host)
    return PortBinding(port.container, None)


def needs_work(plan: Plan) -> bool:
    """Whether a plan would change anything; waiting for a service changes nothing."""
    return any(not isinstance(step.act, AwaitReady) for step in plan.steps)


def services_of(plan: Plan) -> Iterable[str]:
    """The services that a plan touches."""
    return {name for step in plan.steps if (name := service_of(step.act))}


def service_of(act: object) -> str:
    """The service that an act concerns, or nothing."""
    if isinstance(act, CreateContainer):
        return act.spec.service
    return str(getattr(act, "service", ""))
