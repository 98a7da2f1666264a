"""What jobs and seeds need besides an engine: their records, and what is in their files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from envcheck.core.seeding import SeedFile
    from envcheck.run.ports import Content, Contents, JobRecords


class Unrecorded:
    """Job records that nobody keeps: every job is run every time."""

    def begin(self, service: str, inputs: str, container: str) -> None:
        """A job is about to be started."""

    def finish(self, service: str) -> None:
        """The job that was begun is done."""

    def forget(self, service: str) -> None:
        """Nothing is known of a job any more."""


def _nothing(file: SeedFile) -> Content:
    raise FileNotFoundError(file.path)


@dataclass(frozen=True)
class Supplies:
    """The records of an instance's jobs, and the contents of its seeds' files."""

    jobs: JobRecords
    contents: Contents


NO_SUPPLIES = Supplies(Unrecorded(), _nothing)
