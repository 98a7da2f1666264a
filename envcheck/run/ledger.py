"""The ledger: what labels cannot hold. One file per user and engine, written before the act.

It knows of each image whether it stood on the engine before us, and which instances use it; of each
job from what it was begun and whether it was done; which host ports an instance got; how one stood
that is up for a while only; and which runs have begun something that they did not end. A ledger
that is lost is made anew from labels; that costs no more than images that are kept, jobs that are
run again, and instances that stay up.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core.deeds import Deed
from envcheck.core.jobs import JobRecord
from envcheck.run.ledger_file import LedgerFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from envcheck.core.remembered import RememberedInstance
    from envcheck.core.spec import Owner


@dataclass(frozen=True)
class ImageRecord:
    """An image's entry.

    Attributes:
        before: whether it was here before us, or may have been.
        instances: those that use it.
        unsure: whether where it came from is not known, since the ledger was lost once.
    """

    reference: str
    before: bool
    instances: frozenset[str]
    unsure: bool = False


@dataclass(frozen=True)
class RunRecord:
    """A run that has not been brought to its end: it is under way, or it was killed.

    Attributes:
        command: the task's name.
        begun: when, UTC, as ISO 8601 text.
        deeds: what it did and was about to do, in that order.
    """

    id: int
    instance: str
    command: str
    pid: int
    begun: str
    deeds: tuple[Deed, ...] = ()


def nothing_remembered() -> Iterable[RememberedInstance]:
    """What a ledger for an engine without instances begins with."""
    return ()


class Ledger:
    """The ledger of one engine.

    Args:
        path: the file; made with its folder, readable by the user alone.
        remember: what stands on the engine by its labels; asked where the file is new.

    Attributes:
        remembered: how many instances were entered from labels, since there was no ledger.
        set_aside: where a broken file was put, or None.

    Raises:
        StepFailed: its file cannot be made, or not be used.
    """

    def __init__(
        self,
        path: Path,
        remember: Callable[[], Iterable[RememberedInstance]] = nothing_remembered,
    ) -> None:
        self.remembered = 0

        def fill(file: LedgerFile) -> None:
            for instance in remember():
                _enter(file, instance)
                self.remembered += 1

        self._file = LedgerFile(path, fill)
        self.set_aside = self._file.set_aside

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    # Instances

    def know(self, owner: Owner) -> None:
        """Record that there is, or will be, something of an instance."""
        self._file.tell(
            "INSERT OR REPLACE INTO instances VALUES (?, ?, ?)",
            *(owner.instance, owner.profile, owner.root),
        )

    def instances(self) -> frozenset[str]:
        """The names of the instances that this user has had, and not cleaned away."""
        return frozenset(row[0] for row in self._file.ask("SELECT name FROM instances"))

    def forget_instance(self, instance: str) -> None:
        """Strike off an instance of which nothing is left, with all that is on record of it."""
        with self._file.whole():
            tables = ("ports", "wishes", "visits", "variable_files")
            for table, column in (("instances", "name"), *((one, "instance") for one in tables)):
                self._file.tell(f"DELETE FROM {table} WHERE {column} = ?", instance)  # noqa: S608
            self.forget_jobs(instance)

    # Visits

    def visit(self, instance: str) -> frozenset[str] | None:
        """The services that ran before an instance was brought up for a while; None if it is not.

        Who has it for a while only brings it up, and makes it as it was before.
        """
        rows = self._file.ask("SELECT standing FROM visits WHERE instance = ?", instance)
        return frozenset(json.loads(rows[0][0])) if rows else None

    def begin_visit(self, instance: str, standing: Iterable[str]) -> None:
        """Record which services run, before an instance is brought up for a while."""
        text = json.dumps(sorted(standing))
        self._file.tell("INSERT OR REPLACE INTO visits VALUES (?, ?)", instance, text)

    def end_visit(self, instance: str) -> None:
        """Record that an instance is wanted as it is now, or is no more."""
        self._file.tell("DELETE FROM visits WHERE instance = ?", instance)

    # Images

    def use(self, reference: str, instance: str, *, before: bool) -> None:
        """Record that an instance uses an image.

        ``before`` says whether the image stands on the engine already; only the first record of an
        image counts, later ones would take our own work for somebody else's.
        """
        with self._file.whole():
            self._file.tell("INSERT OR IGNORE INTO images VALUES (?, ?, 0)", reference, before)
            self._file.tell("INSERT OR IGNORE INTO uses VALUES (?, ?)", reference, instance)

    def forget_use(self, reference: str, instance: str) -> None:
        """Record that an instance no longer uses an image; one that nobody uses is forgotten."""
        with self._file.whole():
            self._file.tell(
                "DELETE FROM uses WHERE reference = ? AND instance = ?", reference, instance
            )
            self._file.tell(
                "DELETE FROM images WHERE reference = ?"
                " AND NOT EXISTS (SELECT 1 FROM uses WHERE uses.reference = images.reference)",
                reference,
            )

    def images(self) -> tuple[ImageRecord, ...]:
        """Every image that is on record for this engine."""
        images = self._file.ask("SELECT reference, before, unsure FROM images")
        uses = self._file.ask("SELECT reference, instance FROM uses")
        by: dict[str, set[str]] = {}
        for name, instance in uses:
            by.setdefault(name, set()).add(instance)
        return tuple(
            ImageRecord(name, bool(before), frozenset(by.get(name, ())), bool(unsure))
            for name, before, unsure in images
        )

    # Jobs

    def jobs(self, instance: str) -> dict[str, JobRecord]:
        """What is on record of an instance's jobs, by service."""
        rows = self._file.ask(
            "SELECT service, inputs, container, done FROM jobs WHERE instance = ?", instance
        )
        return {row[0]: JobRecord(row[0], row[1], row[2], bool(row[3])) for row in rows}

    def begin_job(self, instance: str, service: str, inputs: str, container: str) -> None:
        """Record that a job is begun; an earlier record of it is no longer true."""
        self._file.tell(
            "INSERT OR REPLACE INTO jobs VALUES (?, ?, ?, ?, 0)",
            *(instance, service, inputs, container),
        )

    def finish_job(self, instance: str, service: str) -> None:
        """Record that the job which was begun is done."""
        self._file.tell(
            "UPDATE jobs SET done = 1 WHERE instance = ? AND service = ?", instance, service
        )

    def forget_jobs(self, instance: str, service: str = "") -> None:
        """Strike an instance's jobs off, or one of them."""
        self._file.tell(
            "DELETE FROM jobs WHERE instance = ? AND (service = ? OR ? = '')",
            *(instance, service, service),
        )

    # Ports

    def hold_ports(self, instance: str, service: str, ports: Mapping[int, int]) -> None:
        """Record which host ports a service has got, by container port; these, and no others."""
        with self._file.whole():
            self._file.tell(
                "DELETE FROM ports WHERE instance = ? AND service = ?", instance, service
            )
            for inside, host in ports.items():
                self._file.tell(
                    "INSERT OR REPLACE INTO ports VALUES (?, ?, ?, ?)",
                    *(instance, service, inside, host),
                )

    def ports(self, instance: str) -> dict[str, dict[int, int]]:
        """The host ports that an instance's services had last, by container port."""
        found: dict[str, dict[int, int]] = {}
        for service, inside, host in self._file.ask(
            "SELECT service, container, host FROM ports WHERE instance = ?", instance
        ):
            found.setdefault(service, {})[inside] = host
        return found

    def held_by_others(self, instance: str) -> dict[int, str]:
        """The host ports that other instances had last, each with one of those."""
        rows = self._file.ask("SELECT host, instance FROM ports WHERE instance != ?", instance)
        return dict(rows)

    def wish_ports(self, instance: str, service: str, wishes: Mapping[int, int | None]) -> None:
        """Record which host ports a service was to have, by container port; None for any."""
        with self._file.whole():
            self._file.tell(
                "DELETE FROM wishes WHERE instance = ? AND service = ?", instance, service
            )
            for inside, host in wishes.items():
                values = (instance, service, inside, host)
                self._file.tell("INSERT INTO wishes VALUES (?, ?, ?, ?)", *values)

    def wishes(self, instance: str) -> dict[str, dict[int, int | None]]:
        """The host ports that an instance's services were to have, by container port."""
        found: dict[str, dict[int, int | None]] = {}
        for service, inside, host in self._file.ask(
            "SELECT service, container, host FROM wishes WHERE instance = ?", instance
        ):
            found.setdefault(service, {})[inside] = host
        return found

    # Files with variables

    def add_variable_file(self, path: str, instance: str) -> None:
        """Record that an instance's variables stand in a file, or are about to."""
        self._file.tell("INSERT OR REPLACE INTO variable_files VALUES (?, ?)", path, instance)

    def variable_files(self, instance: str) -> tuple[str, ...]:
        """The files that an instance's variables were written to."""
        rows = self._file.ask(
            "SELECT path FROM variable_files WHERE instance = ? ORDER BY path", instance
        )
        return tuple(row[0] for row in rows)

    def forget_variable_file(self, path: str) -> None:
        """Record that a file is gone, or somebody else's."""
        self._file.tell("DELETE FROM variable_files WHERE path = ?", path)

    # Runs

    def begin_run(self, instance: str, command: str, pid: int, begun: str) -> int:
        """Record that a run begins; the number by which it is known."""
        with self._file.whole():
            self._file.tell(
                "INSERT INTO runs (instance, command, pid, begun) VALUES (?, ?, ?, ?)",
                *(instance, command, pid, begun),
            )
            return int(self._file.ask("SELECT last_insert_rowid()")[0][0])

    def end_run(self, run: int) -> None:
        """Record that a run has come to its end, good or bad: nothing is left open."""
        self._file.tell("DELETE FROM runs WHERE id = ?", run)

    def begin_deed(self, run: int, number: int, deed: Deed) -> None:
        """Record what a run is about to do."""
        values = (run, number, deed.verb, deed.kind, deed.name)
        self._file.tell("INSERT INTO deeds VALUES (?, ?, ?, ?, ?, 0)", *values)

    def end_deed(self, run: int, number: int) -> None:
        """Record that it was done."""
        self._file.tell("UPDATE deeds SET done = 1 WHERE run = ? AND number = ?", run, number)

    def runs(self) -> tuple[RunRecord, ...]:
        """The runs that have not come to their end, oldest first."""
        deeds: dict[int, list[Deed]] = {}
        for run, verb, kind, name, done in self._file.ask(
            "SELECT run, verb, kind, name, done FROM deeds ORDER BY run, number"
        ):
            deeds.setdefault(run, []).append(Deed(verb, kind, name, bool(done)))
        rows = self._file.ask("SELECT id, instance, command, pid, begun FROM runs ORDER BY id")
        return tuple(
            RunRecord(id, instance, command, pid, begun, tuple(deeds.get(id, ())))
            for id, instance, command, pid, begun in rows
        )


def _enter(file: LedgerFile, known: RememberedInstance) -> None:
    """Enter an instance from its labels."""
    file.tell(
        "INSERT OR REPLACE INTO instances VALUES (?, ?, ?)", known.name, known.profile, known.root
    )
    for reference, ours in known.images.items():
        file.tell("INSERT OR IGNORE INTO images VALUES (?, ?, ?)", reference, not ours, not ours)
        file.tell("INSERT OR IGNORE INTO uses VALUES (?, ?)", reference, known.name)
    for (service, inside), host in known.ports.items():
        values = (known.name, service, inside, host)
        file.tell("INSERT OR REPLACE INTO ports VALUES (?, ?, ?, ?)", *values)
