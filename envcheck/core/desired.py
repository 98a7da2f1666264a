"""What an instance should look like on the engine, as specs; the other half of every decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.profile import Port
    from envcheck.core.spec import ContainerSpec, NetworkSpec, Owner, VolumeSpec


@dataclass(frozen=True)
class DesiredService:
    """A service's container and volumes, and the services that must be ready before it starts.

    ``ports`` are the profile's wishes; the bindings in ``container`` are what they prefer.
    """

    name: str
    container: ContainerSpec
    volumes: tuple[VolumeSpec, ...]
    depends_on: tuple[str, ...]
    ports: tuple[Port, ...]


@dataclass(frozen=True)
class Desired:
    """A whole instance; ``services`` in an order in which each stands after what it depends on."""

    owner: Owner
    network: NetworkSpec
    services: Mapping[str, DesiredService]
