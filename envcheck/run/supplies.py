"""What acts need besides an engine: the records of jobs and ports, and what is in seeds' files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envcheck.core.errors import EnvcheckError
    from envcheck.core.plan import ApplySeed
    from envcheck.core.seeding import SeedFile
    from envcheck.core.spec import ContainerSpec
    from envcheck.run.ports import Content, Contents, JobRecords, PortRecords


class Unrecorded:
    """Job records that nobody keeps: every job is run every time."""

    def begin(self, service: str, inputs: str, container: str) -> None:
        """A job is about to be started."""

    def finish(self, service: str) -> None:
        """The job that was begun is done."""

    def forget(self, service: str) -> None:
        """Nothing is known of a job any more."""


class Unheld:
    """Ports that nobody keeps on record."""

    def hold(self, service: str, ports: Mapping[int, int]) -> None:
        """A service has these host ports now."""


def _nothing(file: SeedFile) -> Content:
    raise FileNotFoundError(file.path)


@dataclass(frozen=True)
class Supplies:
    """The records of an instance's jobs and ports, and the contents of its seeds' files.

    Attributes:
        seeded: called when a seed was applied, with the seconds that it took; its service may be
            stopped and started again by that.
        rebound: called when a service's container could not be started; gives it back on other host
            ports where that may help, and nothing where it cannot.
    """

    jobs: JobRecords
    contents: Contents
    ports: PortRecords = field(default_factory=Unheld)
    seeded: Callable[[ApplySeed, float], None] = lambda _act, _seconds: None
    rebound: Callable[[str, EnvcheckError], ContainerSpec | None] = lambda _service, _error: None


NO_SUPPLIES = Supplies(Unrecorded(), _nothing)
