"""All that `up` is decided from, as one value; and how a service's container stands in it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envcheck.core import host_ports
from envcheck.core.past import NOTHING_KNOWN, Past
from envcheck.core.spec import Label

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

    from envcheck.core.desired import Desired, DesiredService
    from envcheck.core.observed import Observed, SeenContainer


@dataclass(frozen=True)
class Situation:
    """What should be, what is, what was, and what was asked for.

    Attributes:
        taken: host ports that somebody listens on, or that other instances are about to have.
        spare: a free host port for each service and container port that may need one.
        past: what is known from earlier runs.
        rerun_jobs: whether jobs that are done already are to be run again.
    """

    desired: Desired
    observed: Observed
    taken: Set[int] = frozenset()
    past: Past = NOTHING_KNOWN
    rerun_jobs: bool = False
    spare: Mapping[tuple[str, int], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """How a service's container stands: what it is, and why it must be made anew, if it must.

    ``rests`` is said of a job that has no need of a container now, whatever stands there.
    """

    seen: SeenContainer | None
    stale: str = ""
    rests: bool = False

    @property
    def keep(self) -> bool:
        """Whether what is there can stay as it is."""
        return self.rests or (self.seen is not None and not self.stale)

    @property
    def runs(self) -> bool:
        """Whether the container that is there runs."""
        return self.seen is not None and self.seen.state == "running"


def standing_of(service: DesiredService, now: Situation) -> Standing:
    """How the container of a service that is meant to go on running stands."""
    observed = now.observed
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
    lost = _lost_ports(service, seen, now)
    if lost:
        return Standing(seen, f"port {lost[0]} is taken")
    return Standing(seen)


def _lost_ports(service: DesiredService, seen: SeenContainer, now: Situation) -> tuple[int, ...]:
    """The ports that a container which does not run would have had, and others have now.

    The engine could not start it any more, though its service would be content with other ports.
    """
    if seen.state == "running":
        return ()
    busy = host_ports.busy(now.observed, now.taken, leaving={seen.name})
    # What it was given is on record; where that is lost, it may be what the profile asks for.
    given = frozenset(now.past.ports.get(service.name, {}).values())
    given = given or host_ports.preferred(service.ports)
    return tuple(sorted((given - host_ports.insisted(service.ports)) & busy))


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
