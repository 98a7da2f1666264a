"""What is known of an instance besides what the engine shows: from the ledger, from its volumes.

Decisions get it as a value, like the look at the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envcheck.core.seeding import UNREAD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Set

    from envcheck.core.jobs import JobRecord
    from envcheck.core.profile import Port
    from envcheck.core.seeding import Mark, Unread


@dataclass(frozen=True)
class Past:
    """What an instance's earlier runs have left to know.

    Attributes:
        jobs: the records of its jobs, by service.
        succeeded: ids of the containers of jobs that have ended with 0 without being on record as
            done: the run that waited for them was killed.
        marks: the marks of volumes that were made for a seed, by the volume's name.
        halves: names of volumes that hold a part of a snapshot only.
        ports: the host ports that services had last, by service and container port.
        wishes: the host ports that their profile asked for then; None where it asked for any.
    """

    jobs: Mapping[str, JobRecord] = field(default_factory=dict)
    succeeded: Set[str] = frozenset()
    marks: Mapping[str, Mark | None] = field(default_factory=dict)
    halves: Set[str] = frozenset()
    ports: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    wishes: Mapping[str, Mapping[int, int | None]] = field(default_factory=dict)

    def mark(self, volume: str) -> Mark | Unread | None:
        """The mark of a volume, as far as somebody has looked."""
        return self.marks.get(volume, UNREAD)

    def kept(self, service: str, ports: Iterable[Port]) -> frozenset[int]:
        """Those of a service's container ports whose host ports stay what they were.

        They are those for which the profile asks for the same as it did when they were given.
        """
        before = self.wishes.get(service, {})
        return frozenset(
            port.container
            for port in ports
            if port.container in before and before[port.container] == port.host
        )


NOTHING_KNOWN = Past()
