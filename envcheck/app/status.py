"""status: every instance on this engine: its services, whether they answer, and what it takes."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from envcheck.app.garbage import engine_time
from envcheck.app.health import Health, ask, profile_of, targets_of
from envcheck.app.loading import flagged
from envcheck.core import events as ev
from envcheck.core.errors import EnvcheckError
from envcheck.core.spec import Label
from envcheck.core.stamps import moment
from envcheck.run.executor import side_by_side
from envcheck.run.lookout import hearing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from envcheck.app.session import Session
    from envcheck.core.observed import Observed, SeenContainer
    from envcheck.core.profile import Profile
    from envcheck.run.ports import Happening

PAUSE = 2.0
"""Seconds after which a watcher looks again, though nothing was heard."""
_LEAST = 0.5  # seconds between two looks, however much happens
_SIZES = 30.0  # seconds for which the sizes of volumes are good enough for a watcher
_NOT_ASKED = Health("unknown")


@dataclass(frozen=True)
class ServiceStatus:
    """A service's container: the engine's word for its state, and container port to host port.

    Attributes:
        health: whether it answers now: healthy, unhealthy, or unknown.
        said: what was heard where it does not.
        disk: bytes that its volumes take, or None where that is not known.
    """

    service: str
    container: str
    state: str
    ports: Mapping[int, int]
    health: str = "unknown"
    said: str = ""
    disk: int | None = None
    volumes: tuple[str, ...] = ()


@dataclass(frozen=True)
class InstanceStatus:
    """One instance: its profile and folder, its containers, its volumes.

    Attributes:
        health: healthy where all of its services are, unhealthy where one is not, down where none
            runs, and unknown.
        said: why it is not known.
        age: seconds since the oldest of its containers was made, or else of its volumes.
        disk: bytes that its volumes take, or None where that is not known.
        sizes: the same of each.
    """

    instance: str
    profile: str
    root: str
    services: tuple[ServiceStatus, ...]
    volumes: tuple[str, ...]
    health: str = "unknown"
    said: str = ""
    age: float | None = None
    disk: int | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)


def status(session: Session, profile: str) -> tuple[InstanceStatus, ...]:
    """What stands on the engine, of one profile or of all.

    Raises:
        EnvcheckError: the engine could not be asked. What a service says is no error.
    """
    return begin(session, profile).look()


def begin(session: Session, profile: str) -> Looker:
    """Tell that it begins; what looks, as often as it is asked to."""
    session.emit(ev.Started("status", profile, session.instance))
    return Looker(session, profile, flagged(session, profile))


class Looker:
    """Looks at the instances of an engine.

    Args:
        session: has the engine.
        profile: the only profile that matters, or nothing for all.
        instance: the only instance, or nothing.
    """

    def __init__(self, session: Session, profile: str, instance: str) -> None:
        self._session = session
        self._profile = profile
        self._instance = instance
        self._read: dict[tuple[str, str, str], Profile] = {}
        self._sizes: Mapping[str, int] = {}
        self._sized = -_SIZES

    def look(self) -> tuple[InstanceStatus, ...]:
        """Every instance as it is now.

        Raises:
            EnvcheckError: the engine could not be asked.
        """
        session, observed = self._session, self._session.engine().observe()
        found = [
            one
            for one in (instance_status(name, observed) for name in observed.instances())
            if self._profile in ("", one.profile) and self._instance in ("", one.instance)
        ]
        profiles = {one.instance: self._profile_of(one) for one in found if _runs(one)}
        health = self._ask_all(profiles, observed)
        now = engine_time(session)
        return tuple(
            _whole(one, profiles.get(one.instance), health, self._sizes, _age(one, observed, now))
            for one in found
        )

    def _profile_of(self, one: InstanceStatus) -> Profile | str:
        key = (one.profile, one.root, one.instance)
        found = self._read.get(key) or profile_of(self._session, *key)
        if not isinstance(found, str):
            self._read[key] = found
        return found

    def _ask_all(
        self, profiles: Mapping[str, Profile | str], observed: Observed
    ) -> dict[str, Health]:
        """Each container's health, by its name. The sizes of volumes are asked for beside it."""
        health: dict[str, Health] = {}
        lock = Lock()

        def keep(container: str, call: Callable[[], Health]) -> None:
            found = call()
            with lock:
                health[container] = found

        calls: list[Callable[[], None]] = [self._measure]
        for instance, profile in profiles.items():
            if not isinstance(profile, str):
                for target in targets_of(profile, instance, observed).values():
                    call = partial(ask, self._session, target)
                    calls.append(partial(keep, target.container, call))
        side_by_side(lambda call: call(), calls, self._session.clock.stop)
        return health

    def _measure(self) -> None:
        now = self._session.clock.now()
        if now - self._sized < _SIZES:
            return
        try:
            self._sizes = self._session.engine().volume_sizes()
        except EnvcheckError:  # no reason not to show all the rest
            self._sizes = {}
        self._sized = now

    @contextmanager
    def changes(self) -> Iterator[Callable[[], None]]:
        """What waits until it is worth looking again: something happened, or time has passed."""
        clock, came = self._session.clock, [0]

        def hear(happening: Happening) -> None:
            if not happening.action.startswith("exec"):  # that is what a look itself does
                came[0] += 1
                clock.wake()

        def wait() -> None:
            before = came[0]
            clock.wait(_LEAST)
            clock.wait(PAUSE - _LEAST, until=lambda: came[0] != before)

        with hearing(hear, self._session.engine(), ""):
            yield wait


def _runs(one: InstanceStatus) -> bool:
    return any(service.state == "running" for service in one.services)


def _whole(
    one: InstanceStatus,
    profile: Profile | str | None,
    health: Mapping[str, Health],
    sizes: Mapping[str, int],
    age: float | None,
) -> InstanceStatus:
    """An instance with all that was found out besides its labels."""
    services = tuple(_with_health(service, health) for service in one.services)
    own = {name: sizes[name] for name in one.volumes if name in sizes}
    known = len(own) == len(one.volumes) and bool(sizes or not one.volumes)
    return replace(
        one,
        services=tuple(_with_disk(service, own) for service in services),
        health=_of_all(services),
        said=profile if isinstance(profile, str) else "",
        age=age,
        disk=sum(own.values()) if known else None,
        sizes=own,
    )


def _with_health(service: ServiceStatus, health: Mapping[str, Health]) -> ServiceStatus:
    found = health.get(service.container, _NOT_ASKED)
    return replace(service, health=found.word, said=found.said)


def _of_all(services: Iterable[ServiceStatus]) -> str:
    """How an instance is, by its services; a job that has ended is no reason to worry."""
    words = {service.health for service in services if service.state == "running"}
    if not words:
        return "down"
    return next(word for word in ("unhealthy", "unknown", "healthy") if word in words)


def _age(one: InstanceStatus, observed: Observed, now: float) -> float | None:
    """Seconds since the oldest of an instance's containers was made, or else of its volumes."""
    made = [seen.created for seen in observed.of_instance(one.instance) if seen.created]
    if not made:
        texts = (v.labels.get(Label.MADE, "") for v in observed.volumes if v.name in one.volumes)
        made = [found.timestamp() for found in map(moment, texts) if found is not None]
    return max(0.0, now - min(made)) if made else None


def _with_disk(service: ServiceStatus, sizes: Mapping[str, int]) -> ServiceStatus:
    own = [sizes[name] for name in service.volumes if name in sizes]
    return replace(service, disk=sum(own) if own else None)


def instance_status(instance: str, observed: Observed) -> InstanceStatus:
    """One instance as its labels tell it."""
    containers = sorted(observed.of_instance(instance), key=lambda c: c.service)
    volumes = [v for v in observed.volumes if v.labels.get(Label.INSTANCE) == instance]
    labelled = (
        *(c.labels for c in containers),
        *(v.labels for v in volumes),
        *_others(instance, observed),
    )
    owned = {v.name: v.labels.get(Label.SERVICE, "") for v in volumes}
    return InstanceStatus(
        instance=instance,
        profile=_first(labelled, Label.PROFILE),
        root=_first(labelled, Label.ROOT),
        services=tuple(_service(container, owned) for container in containers),
        volumes=tuple(sorted(owned)),
    )


def _others(instance: str, observed: Observed) -> Iterable[Mapping[str, str]]:
    labelled = (*(n.labels for n in observed.networks), *(i.labels for i in observed.images))
    return (labels for labels in labelled if labels.get(Label.INSTANCE) == instance)


def _first(labelled: Iterable[Mapping[str, str]], name: str) -> str:
    return next((labels[name] for labels in labelled if labels.get(name)), "")


def _service(seen: SeenContainer, owned: Mapping[str, str]) -> ServiceStatus:
    volumes = tuple(sorted(name for name, service in owned.items() if service == seen.service))
    return ServiceStatus(seen.service, seen.name, seen.state, dict(seen.ports), volumes=volumes)
