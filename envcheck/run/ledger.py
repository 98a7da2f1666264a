"""The ledger: what labels cannot hold. One SQLite file per user, written before the act.

It knows of each image whether it stood on the engine before us, and which instances use it; and of
each job from what it was begun and whether it was done. A ledger that is lost costs no more than
images that are kept and jobs that are run again.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core.jobs import JobRecord

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_TABLES = """
CREATE TABLE IF NOT EXISTS images (
    engine TEXT NOT NULL, reference TEXT NOT NULL, before INTEGER NOT NULL,
    PRIMARY KEY (engine, reference)
);
CREATE TABLE IF NOT EXISTS uses (
    engine TEXT NOT NULL, reference TEXT NOT NULL, instance TEXT NOT NULL,
    PRIMARY KEY (engine, reference, instance)
);
CREATE TABLE IF NOT EXISTS jobs (
    engine TEXT NOT NULL, instance TEXT NOT NULL, service TEXT NOT NULL,
    inputs TEXT NOT NULL, container TEXT NOT NULL, done INTEGER NOT NULL,
    PRIMARY KEY (engine, instance, service)
);
"""


@dataclass(frozen=True)
class ImageRecord:
    """An image's entry: whether it was here before us, and the instances that use it."""

    reference: str
    before: bool
    instances: frozenset[str]


@dataclass(frozen=True)
class JobBook:
    """The records of one instance's jobs; fulfils `run.ports.JobRecords`.

    ``ledger`` is called for the first record only: an instance without jobs needs none.
    """

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


class Ledger:
    """The ledger of one engine, which is known by its own id.

    Args:
        path: the file; made with its folder, readable by the user alone.
        engine: the engine's id.
    """

    def __init__(self, path: Path, engine: str) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self._engine = engine
        self._lock = threading.Lock()
        # autocommit: each entry is on disk before the act that it describes begins
        self._db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def use(self, reference: str, instance: str, *, before: bool) -> None:
        """Record that an instance uses an image.

        ``before`` says whether the image stands on the engine already; only the first record of an
        image counts, later ones would take our own work for somebody else's.
        """
        with self._lock, closing(self._db.cursor()) as cursor:
            cursor.execute(
                "INSERT OR IGNORE INTO images VALUES (?, ?, ?)", (self._engine, reference, before)
            )
            cursor.execute(
                "INSERT OR IGNORE INTO uses VALUES (?, ?, ?)", (self._engine, reference, instance)
            )

    def forget_use(self, reference: str, instance: str) -> None:
        """Record that an instance no longer uses an image; one that nobody uses is forgotten."""
        with self._lock, closing(self._db.cursor()) as cursor:
            cursor.execute(
                "DELETE FROM uses WHERE engine = ? AND reference = ? AND instance = ?",
                (self._engine, reference, instance),
            )
            cursor.execute(
                "DELETE FROM images WHERE engine = ? AND reference = ? AND NOT EXISTS"
                " (SELECT 1 FROM uses WHERE uses.engine = images.engine"
                " AND uses.reference = images.reference)",
                (self._engine, reference),
            )

    def jobs(self, instance: str) -> dict[str, JobRecord]:
        """What is on record of an instance's jobs, by service."""
        with self._lock, closing(self._db.cursor()) as cursor:
            rows = cursor.execute(
                "SELECT service, inputs, container, done FROM jobs"
                " WHERE engine = ? AND instance = ?",
                (self._engine, instance),
            ).fetchall()
        return {row[0]: JobRecord(row[0], row[1], row[2], bool(row[3])) for row in rows}

    def begin_job(self, instance: str, service: str, inputs: str, container: str) -> None:
        """Record that a job is begun; an earlier record of it is no longer true."""
        with self._lock, closing(self._db.cursor()) as cursor:
            cursor.execute(
                "INSERT OR REPLACE INTO jobs VALUES (?, ?, ?, ?, ?, 0)",
                (self._engine, instance, service, inputs, container),
            )

    def finish_job(self, instance: str, service: str) -> None:
        """Record that the job which was begun is done."""
        with self._lock, closing(self._db.cursor()) as cursor:
            cursor.execute(
                "UPDATE jobs SET done = 1 WHERE engine = ? AND instance = ? AND service = ?",
                (self._engine, instance, service),
            )

    def forget_jobs(self, instance: str, service: str = "") -> None:
        """Strike an instance's jobs off, or one of them."""
        with self._lock, closing(self._db.cursor()) as cursor:
            cursor.execute(
                "DELETE FROM jobs WHERE engine = ? AND instance = ? AND (service = ? OR ? = '')",
                (self._engine, instance, service, service),
            )

    def images(self) -> tuple[ImageRecord, ...]:
        """Every image that is on record for this engine."""
        with self._lock, closing(self._db.cursor()) as cursor:
            images = cursor.execute(
                "SELECT reference, before FROM images WHERE engine = ?", (self._engine,)
            ).fetchall()
            uses = cursor.execute(
                "SELECT reference, instance FROM uses WHERE engine = ?", (self._engine,)
            ).fetchall()
        return tuple(
            ImageRecord(name, bool(before), frozenset(i for n, i in uses if n == name))
            for name, before in images
        )
