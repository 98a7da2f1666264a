"""What an instance should look like on the engine, as specs; the other half of every decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.profile import Port
    from envcheck.core.seeding import Seed
    from envcheck.core.spec import ContainerSpec, Mount, NetworkSpec, Owner, VolumeSpec


@dataclass(frozen=True)
class DesiredService:
    """A service's container and volumes, and the services that must be ready before it starts.

    Attributes:
        ports: the profile's wishes; the bindings in ``container`` are what they prefer.
        job: whether its process is meant to end.
        data: where its kind keeps its data, or None where it keeps none.
        seed: what that is filled with, or None.
    """

    name: str
    container: ContainerSpec
    volumes: tuple[VolumeSpec, ...]
    depends_on: tuple[str, ...]
    ports: tuple[Port, ...]
    job: bool = False
    data: Mount | None = None
    seed: Seed | None = None


@dataclass(frozen=True)
class Desired:
    """A whole instance; ``services`` in an order in which each stands after what it depends on."""

    owner: Owner
    network: NetworkSpec
    services: Mapping[str, DesiredService]

    def needs_of(self, service: str) -> tuple[str, ...]:
        """All that a service depends on, directly or not, in the order of the services."""
        found: set[str] = set()
        waiting = [*self.services[service].depends_on]
        while waiting:
            need = waiting.pop()
            if need not in found:
                found.add(need)
                waiting += self.services[need].depends_on
        return tuple(name for name in self.services if name in found)
