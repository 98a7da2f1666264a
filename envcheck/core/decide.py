"""Decisions: from what should be and what is, to the plan that makes the one into the other. Pure.

Every function here looks at labels before it plans to touch anything: what does not bear the
instance's labels never gets into a plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envcheck.core import host_ports
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
    from collections.abc import Iterable, Mapping, Set

    from envcheck.core.desired import Desired, DesiredService

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

    @property
    def runs(self) -> bool:
        """Whether the container that is there runs."""
        return self.seen is not None and self.seen.state == "running"


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
    standings = {
        name: _standing(service, observed, taken) for name, service in desired.services.items()
    }
    # What goes, goes first: what comes may need its name or its port.
    _remove_undeclared(build, desired, observed)
    for name, service in desired.services.items():
        _take_away(build, service, standings[name])
    bindings = _bindings(build, desired, standings, observed, taken)
    for name, service in desired.services.items():
        _volumes(build, service, observed)
        container = replace(service.container, ports=bindings.get(name, service.container.ports))
        _container(build, replace(service, container=container), standings[name], observed)
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


def _standing(service: DesiredService, observed: Observed, taken: Set[int]) -> Standing:
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
    lost = _lost_ports(service, seen, observed, taken)
    if lost:
        return Standing(seen, f"port {lost[0]} is taken")
    return Standing(seen)


def _lost_ports(
    service: DesiredService, seen: SeenContainer, observed: Observed, taken: Set[int]
) -> tuple[int, ...]:
    """The ports that a container which does not run would have had, and others have now.

    The engine could not start it any more, though its service would be content with other ports.
    """
    if seen.state == "running":
        return ()
    busy = host_ports.busy(observed, taken, leaving={seen.name})
    return tuple(sorted(host_ports.preferred(service.ports) & busy))


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
    # A part that is there only where it is asked for may have gone; a text that is none names none.
    gone = tuple(name for name, mark in old.items() if mark and name not in new)
    return tuple(name for name in new if old.get(name) != new[name]) + gone


def _mark(part: str) -> tuple[str, str]:
    name, _, value = part.partition(":")
    return name, value


def _take_away(build: PlanBuilder, service: DesiredService, standing: Standing) -> None:
    if standing.seen is None or not standing.stale:
        return
    name, cause = service.container.name, standing.stale
    if standing.runs:
        # A database that is stopped cleanly starts quickly again; a killed one must recover.
        build.add(StopContainer(name, service.name), cause, key=("stop", name))
    gone = RemoveContainer(standing.seen.id, name, service.name)
    build.add(gone, cause, key=("remove", name), after=(("stop", name),))


def _bindings(
    build: PlanBuilder,
    desired: Desired,
    standings: Mapping[str, Standing],
    observed: Observed,
    taken: Set[int],
) -> dict[str, tuple[PortBinding, ...]]:
    """The ports of every service that gets a new container."""
    leaving = {c.name for c in observed.containers if build.has(("remove", c.name))}
    # A container that is kept and does not run yet will want its ports back.
    reserved = {
        port
        for name, service in desired.services.items()
        if standings[name].keep and not standings[name].runs
        for port in host_ports.preferred(service.ports) | host_ports.insisted(service.ports)
    }
    unavailable = host_ports.busy(observed, taken, leaving=leaving) | reserved
    new = {name: s.ports for name, s in desired.services.items() if not standings[name].keep}
    current = {name: dict(seen.ports) for name in new if (seen := standings[name].seen) is not None}
    return host_ports.allot(new, current, unavailable)


def _container(
    build: PlanBuilder, service: DesiredService, standing: Standing, observed: Observed
) -> None:
    name = service.container.name
    needs = (
        ("network", service.container.network),
        *(("volume", volume.name) for volume in service.volumes),
    )
    cause = standing.stale or _NO_SUCH.format(kind="container")
    if not standing.keep:
        act = CreateContainer(service.container, standing.stale)
        build.add(act, cause, key=("create", name), after=(*needs, ("remove", name)))
    if not (standing.keep and standing.runs):
        ready = tuple(("ready", need) for need in service.depends_on)
        cause = "it is created" if not standing.keep else f"it is {_state(standing)}"
        build.add(
            StartContainer(name, service.name),
            cause,
            key=("start", name),
            after=(("create", name), *ready, *_holders(service, observed)),
        )
    build.add(
        AwaitReady(service.name, name),
        "ready means: it answers",
        key=("ready", service.name),
        after=(("start", name),),
    )


def _holders(service: DesiredService, observed: Observed) -> tuple[tuple[str, str], ...]:
    """The removals of those that hold the ports which a service will have."""
    ports = {port.host for port in service.container.ports}
    return tuple(("remove", c.name) for c in observed.containers if ports & set(c.ports.values()))


def _state(standing: Standing) -> str:
    return standing.seen.state if standing.seen else "missing"


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
