"""Which host ports the containers of an instance get: their wishes, as far as others leave them.

Pure. A wish is of the profile (`Port`); what comes of it is a `PortBinding`.
"""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from envcheck.core.spec import PortBinding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Set

    from envcheck.core.observed import Observed
    from envcheck.core.profile import Port

_NONE: Mapping[Any, Any] = MappingProxyType({})


def busy(observed: Observed, taken: Set[int], *, leaving: Set[str]) -> frozenset[int]:
    """The host ports that cannot be had.

    Args:
        observed: the engine; a container that runs holds its ports.
        taken: ports that somebody listens on, containers included.
        leaving: containers that will be gone, so that their ports can be had.
    """
    held = {p for c in observed.containers if c.name not in leaving for p in c.ports.values()}
    released = {p for c in observed.containers if c.name in leaving for p in c.ports.values()}
    return frozenset(held | (taken - released))


def preferred(ports: Iterable[Port]) -> frozenset[int]:
    """The host ports that are asked for, without those that are insisted on."""
    return frozenset(port.host for port in ports if port.host is not None and port.wish == "prefer")


def insisted(ports: Iterable[Port]) -> frozenset[int]:
    """The host ports that are insisted on."""
    return frozenset(port.host for port in ports if port.host is not None and port.wish == "insist")


def allot(
    wishes: Mapping[str, tuple[Port, ...]],
    current: Mapping[str, Mapping[int, int]],
    unavailable: Set[int],
    *,
    kept: Mapping[str, Set[int]] = _NONE,
    spare: Mapping[tuple[str, int], int] = _NONE,
) -> dict[str, tuple[PortBinding, ...]]:
    """What each service gets, no host port twice; the first that prefers a port has it.

    What a service was given it keeps, as long as its profile asks for the same: whoever has written
    it down need not look again, and a port that another instance has left for a while is not taken
    from it.

    A port that a service only happens to have goes to one that prefers it. Not for courtesy: what
    a container that does not run yet was given cannot be seen, so after a run that was killed the
    next one would give it away again.

    Args:
        wishes: the ports of each service that gets a new container.
        current: container port to host port of the container that it has now.
        unavailable: host ports that cannot be had.
        kept: the container ports of each service that keep what they have, where it can be had.
        spare: a host port for each service and container port that gets neither that nor its wish;
            without one the engine chooses, each time anew.
    """
    used = set(unavailable).union(*(insisted(ports) for ports in wishes.values()))
    wanted = preferred(port for ports in wishes.values() for port in ports)
    found: dict[str, tuple[PortBinding, ...]] = {}
    for service, ports in wishes.items():
        bindings = []
        had = current.get(service, {})
        for port in ports:
            inside, host = port.container, had.get(port.container)
            others = wanted - {port.host}
            has = None if host in others else host
            first = has if inside in kept.get(service, ()) else None
            choices = (first, port.host, has, spare.get((service, inside)))
            bindings.append(_binding(port, choices, used))
            used |= {bound for bound in (bindings[-1].host,) if bound is not None}
        found[service] = tuple(bindings)
    return found


def _binding(port: Port, choices: Iterable[int | None], used: Set[int]) -> PortBinding:
    """The first of the choices that can be had."""
    if port.wish == "insist":  # taken or not: the engine's refusal names who holds it
        return PortBinding(port.container, port.host)
    free = (host for host in choices if host is not None and host not in used)
    return PortBinding(port.container, next(free, None))


SPARE = range(20000, 30000)
"""Where ports are looked for that nobody asked for: above those of well-known servers, below those
that kernels give to outgoing connections (32768 and up on Linux), which come and go."""


def candidates(instance: str, service: str, container: int) -> Iterator[int]:
    """The host ports to try for a container's port, in this order.

    The same for an instance each time, even if nothing is on record of it any more, and others for
    another instance, so that two at once seldom want the same.
    """
    parts = f"{instance}\0{service}\0{container}".encode()
    begin = int.from_bytes(hashlib.sha256(parts).digest()[:8], "big") % len(SPARE)
    return (SPARE[(begin + step) % len(SPARE)] for step in range(len(SPARE)))
