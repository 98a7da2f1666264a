"""Which host ports the containers of an instance get: their wishes, as far as others leave them.

Pure. A wish is of the profile (`Port`); what comes of it is a `PortBinding`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.spec import PortBinding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Set

    from envcheck.core.observed import Observed
    from envcheck.core.profile import Port


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
) -> dict[str, tuple[PortBinding, ...]]:
    """What each service gets, no host port twice; the first that prefers a port has it.

    A port that a service only happens to have goes to one that prefers it. Not for courtesy: what
    a container that does not run yet was given cannot be seen, so after a run that was killed the
    next one would give it away again.

    Args:
        wishes: the ports of each service that gets a new container.
        current: container port to host port of the container that it has now.
        unavailable: host ports that cannot be had.
    """
    used = set(unavailable).union(*(insisted(ports) for ports in wishes.values()))
    wanted = preferred(port for ports in wishes.values() for port in ports)
    found: dict[str, tuple[PortBinding, ...]] = {}
    for service, ports in wishes.items():
        bindings = []
        had = {
            inside: host for inside, host in current.get(service, {}).items() if host not in wanted
        }
        for port in ports:
            bindings.append(_binding(port, had, used))
            used |= {host for host in (bindings[-1].host,) if host is not None}
        found[service] = tuple(bindings)
    return found


def _binding(port: Port, current: Mapping[int, int], used: Set[int]) -> PortBinding:
    if port.wish == "insist":  # taken or not: the engine's refusal names who holds it
        return PortBinding(port.container, port.host)
    for host in (port.host, current.get(port.container)):
        if host is not None and host not in used:
            return PortBinding(port.container, host)
    return PortBinding(port.container, None)
