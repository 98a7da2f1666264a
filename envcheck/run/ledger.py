"""The ledger: what labels cannot hold. One SQLite file per user, written before the act.

It knows of each image whether it stood on the engine before us, and which instances use it.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
"""


@dataclass(frozen=True)
class ImageRecord:
    """An image's entry: whether it was here before us, and the instances that use it."""

    reference: str
    before: bool
    instances: frozenset[str]


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
