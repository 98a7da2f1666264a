"""Decisions: from what should be and what is, to the plan that makes the one into the other. Pure.

Every function here looks at labels before it plans to touch anything: what does not bear the
instance's labels never gets into a plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envcheck.core import host_ports
from envcheck.core.decide_jobs import add_job, job_standing
from envcheck.core.decide_seeds import SeedNeed, add_leave, add_seed, seed_need
from envcheck.core.foreign import refuse_foreign
from envcheck.core.plan import (
    AwaitJob,
    AwaitReady,
    CreateContainer,
    CreateNetwork,
    CreateVolume,
    Plan,
    PlanBuilder,
    RemoveContainer,
    RemoveVolume,
    RenameContainer,
    SkipJob,
    StartContainer,
    StopContainer,
)
from envcheck.core.put_aside import as_if_back, put_aside, to_come_back
from envcheck.core.restoring import refuse_halves
from envcheck.core.situation import Standing, standing_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from envcheck.core.desired import Desired, DesiredService
    from envcheck.core.observed import Observed, SeenContainer
    from envcheck.core.situation import Situation
    from envcheck.core.spec import PortBinding

_NO_SUCH = "no such {kind}"


@dataclass(frozen=True)
class _Views:
    """How each service stands, by name: its container, and its seed.

    ``back`` are the containers that get their names back, by those names.
    """

    standings: Mapping[str, Standing]
    seeds: Mapping[str, SeedNeed]
    back: Mapping[str, SeenContainer]


def decide_up(now: Situation, *, first: int = 1) -> Plan:
    """The plan that makes an instance what its profile says; ``first`` numbers its first step.

    Raises:
        ObjectConflict: something that is not ours has a name that we need.
        UsageError: the instance belongs to another folder, or a volume is half restored.
    """
    refuse_foreign(now.desired, now.observed)
    refuse_halves(now.desired, now.observed, now.past.halves)
    back = to_come_back(now.desired, now.observed)
    now = replace(now, observed=as_if_back(now.desired, now.observed))
    build = PlanBuilder(first)
    _network(build, now)
    views = _views(now, back)
    # What goes, goes first: what comes may need its name or its port.
    _remove_undeclared(build, now.desired, now.observed)
    for name, service in now.desired.services.items():
        _take_away(build, service, views.standings[name])
    bindings = _bindings(build, now, views.standings)
    for name, service in now.desired.services.items():
        _volumes(build, service, views.seeds[name], now.observed)
        ports = bindings.get(name, service.container.ports)
        bound = replace(service, container=replace(service.container, ports=ports))
        _service(build, bound, views, now)
    return build.plan()


def _views(now: Situation, back: Mapping[str, SeenContainer]) -> _Views:
    services = now.desired.services
    seeds = {name: seed_need(service, now) for name, service in services.items()}
    new = {
        volume.name
        for name, service in services.items()
        for volume in service.volumes
        if now.observed.volume(volume.name) is None or _anew(service, volume.name, seeds[name])
    }
    standings: dict[str, Standing] = {}
    for name, service in services.items():
        if service.job:
            standings[name] = job_standing(service, now, new)
        elif seeds[name].work == "anew":
            seen = now.observed.container(service.container.name)
            standings[name] = Standing(seen, seeds[name].cause)
        else:
            standings[name] = standing_of(service, now)
    return _Views(standings, seeds, back)


def _anew(service: DesiredService, volume: str, need: SeedNeed) -> bool:
    data = service.data.volume if service.data else ""
    return need.work == "anew" and volume == data


def _network(build: PlanBuilder, now: Situation) -> None:
    network = now.desired.network
    if now.observed.network(network.name) is None:
        cause = _NO_SUCH.format(kind="network")
        build.add(CreateNetwork(network), cause, key=("network", network.name))


def _volumes(
    build: PlanBuilder, service: DesiredService, need: SeedNeed, observed: Observed
) -> None:
    for volume in service.volumes:
        key, drop = ("volume", volume.name), ("drop", volume.name)
        if _anew(service, volume.name, need):
            gone = ("remove", service.container.name)
            build.add(RemoveVolume(volume.name), need.cause, key=drop, after=(gone,))
            build.add(CreateVolume(volume, need.cause), need.cause, key=key, after=(drop,))
        elif observed.volume(volume.name) is None and not build.has(key):
            build.add(CreateVolume(volume), _NO_SUCH.format(kind="volume"), key=key)


def _remove_undeclared(build: PlanBuilder, desired: Desired, observed: Observed) -> None:
    names = {service.container.name for service in desired.services.values()}
    names |= {seen.name for seen in put_aside(desired, observed)}
    for seen in observed.of_instance(desired.owner.instance):
        if seen.name not in names:
            stop, cause = ("stop", seen.name), "no longer in the profile"
            if seen.state == "running":  # what it keeps stays
                build.add(StopContainer(seen.name, seen.service), cause, key=stop)
            act = RemoveContainer(seen.id, seen.name, seen.service)
            build.add(act, cause, key=("remove", seen.name), after=(stop,))


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
    build: PlanBuilder, now: Situation, standings: Mapping[str, Standing]
) -> dict[str, tuple[PortBinding, ...]]:
    """The ports of every service that gets a new container."""
    services, observed = now.desired.services, now.observed
    leaving = {c.name for c in observed.containers if build.has(("remove", c.name))}
    # A container that is kept and does not run yet will want its ports back.
    reserved = {
        port
        for name, service in services.items()
        if standings[name].keep and not (standings[name].runs or standings[name].rests)
        for port in _given(service, now)
    }
    unavailable = host_ports.busy(observed, now.taken, leaving=leaving) | reserved
    new = {name: s.ports for name, s in services.items() if not standings[name].keep}
    current = {name: _had(standings[name], now.past.ports.get(name, {})) for name in new}
    kept = {name: now.past.kept(name, ports) for name, ports in new.items()}
    return host_ports.allot(new, current, unavailable, kept=kept, spare=now.spare)


def _given(service: DesiredService, now: Situation) -> frozenset[int]:
    """The host ports of a container that does not run: those on record, and those asked for."""
    had = now.past.ports.get(service.name, {}).values()
    asked = host_ports.preferred(service.ports) | host_ports.insisted(service.ports)
    return asked.union(had)


def _had(standing: Standing, before: Mapping[int, int]) -> dict[int, int]:
    """The ports of the container that is there, or else those that the last one had."""
    return dict((standing.seen and standing.seen.ports) or before)


def _service(build: PlanBuilder, service: DesiredService, views: _Views, now: Situation) -> None:
    standing, need = views.standings[service.name], views.seeds[service.name]
    if service.job:
        add_job(build, service, standing, now.desired)
        return
    _container(build, service, views, now.observed)
    add_seed(build, service, need)
    _ready(build, service)
    add_leave(build, service, need)


def _container(
    build: PlanBuilder, service: DesiredService, views: _Views, observed: Observed
) -> None:
    name, standing = service.container.name, views.standings[service.name]
    back = views.back.get(name)
    needs = (
        ("network", service.container.network),
        *(("volume", volume.name) for volume in service.volumes),
    )
    cause = standing.stale or _NO_SUCH.format(kind="container")
    if not standing.keep:
        act = CreateContainer(service.container, standing.stale)
        build.add(act, cause, key=("create", name), after=(*needs, ("remove", name)))
    elif back is not None:
        rename = RenameContainer(back.id, back.name, name, service.name)
        build.add(rename, "a `check --deep` that was killed had put it aside", key=("create", name))
    if not (standing.keep and standing.runs):
        ready = tuple(("ready", need) for need in service.depends_on)
        cause = "it is created" if not standing.keep else f"it is {_state(standing)}"
        build.add(
            StartContainer(name, service.name),
            cause,
            key=("start", name),
            after=(("create", name), *ready, *_holders(service, observed)),
        )


def _ready(build: PlanBuilder, service: DesiredService) -> None:
    name = service.container.name
    build.add(
        AwaitReady(service.name, name),
        "ready means: it answers",
        key=("ready", service.name),
        after=(("start", name), ("seed", service.name)),
    )


def _holders(service: DesiredService, observed: Observed) -> tuple[tuple[str, str], ...]:
    """The removals of those that hold the ports which a service will have."""
    ports = {port.host for port in service.container.ports}
    return tuple(("remove", c.name) for c in observed.containers if ports & set(c.ports.values()))


def _state(standing: Standing) -> str:
    return standing.seen.state if standing.seen else "missing"


def needs_work(plan: Plan) -> bool:
    """Whether a plan would change anything; waiting for a service or a job changes nothing."""
    return any(not isinstance(step.act, AwaitReady | AwaitJob | SkipJob) for step in plan.steps)


def services_of(plan: Plan) -> Iterable[str]:
    """The services that a plan touches."""
    return {name for step in plan.steps if (name := service_of(step.act))}


def service_of(act: object) -> str:
    """The service that an act concerns, or nothing."""
    if isinstance(act, CreateContainer):
        return act.spec.service
    return str(getattr(act, "service", ""))
