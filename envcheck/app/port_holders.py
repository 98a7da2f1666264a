"""Who holds a port of this machine: a container and its project, or a process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.host.processes import listener

if TYPE_CHECKING:
    from envcheck.core.observed import Observed

PORT_FAULTS = ("docker.port-taken", "machine.port-taken")
"""What the catalogue calls an engine's refusal to publish a port that somebody has."""


@dataclass(frozen=True)
class PortHolder:
    """Who has a port, and the command that ends that."""

    name: str
    stop: str


def holder_of(port: int, observed: Observed, *, but: str = "") -> PortHolder | None:
    """Who holds a port; None where nobody is seen to. ``but`` is a container that is not meant."""
    for seen in observed.containers:
        if port in seen.ports.values() and seen.name != but:
            project = seen.labels.get("com.docker.compose.project") or seen.instance
            of = f" of {project}" if project else ""
            return PortHolder(f"container {seen.name}{of}", f"docker stop {seen.name}")
    process = listener(port)
    if process is None:
        return None
    return PortHolder(f"{process.name}, pid {process.pid}", f"kill {process.pid}")
