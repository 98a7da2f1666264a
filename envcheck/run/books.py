"""Parts of the ledger as those see them who keep them: the jobs and ports of one instance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envcheck.run.ledger import Ledger


@dataclass(frozen=True)
class JobBook:
    """The records of one instance's jobs; fulfils `run.ports.JobRecords`."""

    ledger: Callable[[], Ledger]
    instance: str

    def begin(self, service: str, inputs: str, container: str) -> None:
        """A job is about to be started; what was on record of it is no longer true."""
        self.ledger().begin_job(self.instance, service, inputs, container)

    def finish(self, service: str) -> None:
        """The job that was begun is done."""
        self.ledger().finish_job(self.instance, service)

    def forget(self, service: str) -> None:
        """Nothing is known of a job any more."""
        self.ledger().forget_jobs(self.instance, service)


@dataclass(frozen=True)
class PortBook:
    """The host ports of one instance; fulfils `run.ports.PortRecords`."""

    ledger: Callable[[], Ledger]
    instance: str

    def hold(self, service: str, ports: Mapping[int, int]) -> None:
        """A service has these host ports now, by container port."""
        self.ledger().hold_ports(self.instance, service, ports)
