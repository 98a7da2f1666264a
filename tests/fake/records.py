"""Job records in memory."""

from __future__ import annotations

from dataclasses import replace

from envcheck.core.jobs import JobRecord


class FakeRecords:
    """Fulfils `envcheck.run.ports.JobRecords`; ``jobs`` are the records, by service."""

    def __init__(self) -> None:
        self.jobs: dict[str, JobRecord] = {}

    def begin(self, service: str, inputs: str, container: str) -> None:
        """A job is about to be started."""
        self.jobs[service] = JobRecord(service, inputs, container, done=False)

    def finish(self, service: str) -> None:
        """The job that was begun is done."""
        self.jobs[service] = replace(self.jobs[service], done=True)

    def forget(self, service: str) -> None:
        """Nothing is known of a job any more."""
        self.jobs.pop(service, None)
