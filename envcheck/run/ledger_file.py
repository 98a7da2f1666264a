"""The ledger's file: an SQLite database that is opened, looked over, and made anew if it is broken.

Every entry is its own transaction, in the file before the act that it describes begins. The file
survives the death of the program as it is. After a power cut the last entries may be missing
(SQLite's ``synchronous=NORMAL`` with a write-ahead log), which loses nothing: what is not on record
is kept.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing, contextmanager
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from envcheck.core.errors import Fix, StepFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

VERSION = 2
"""Of the tables; a file with a higher one was written by a later envcheck."""

_TABLES = """
CREATE TABLE instances (name TEXT PRIMARY KEY, profile TEXT NOT NULL, root TEXT NOT NULL);
CREATE TABLE images (reference TEXT PRIMARY KEY, before INTEGER NOT NULL, unsure INTEGER NOT NULL);
CREATE TABLE uses (
    reference TEXT NOT NULL, instance TEXT NOT NULL, PRIMARY KEY (reference, instance)
);
CREATE TABLE jobs (
    instance TEXT NOT NULL, service TEXT NOT NULL,
    inputs TEXT NOT NULL, container TEXT NOT NULL, done INTEGER NOT NULL,
    PRIMARY KEY (instance, service)
);
CREATE TABLE ports (
    instance TEXT NOT NULL, service TEXT NOT NULL,
    container INTEGER NOT NULL, host INTEGER NOT NULL,
    PRIMARY KEY (instance, service, container)
);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, instance TEXT NOT NULL, command TEXT NOT NULL,
    pid INTEGER NOT NULL, begun TEXT NOT NULL
);
CREATE TABLE deeds (
    run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, number INTEGER NOT NULL,
    verb TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, done INTEGER NOT NULL,
    PRIMARY KEY (run, number)
);
"""
_SINCE = {
    2: """
CREATE TABLE visits (instance TEXT PRIMARY KEY, standing TEXT NOT NULL);
CREATE TABLE wishes (
    instance TEXT NOT NULL, service TEXT NOT NULL,
    container INTEGER NOT NULL, host INTEGER,
    PRIMARY KEY (instance, service, container)
);
CREATE TABLE variable_files (path TEXT PRIMARY KEY, instance TEXT NOT NULL);
""",
}
"""By version, what it added to the tables of the one before."""
_WAIT = 30.0  # seconds for another process to end its entry
_GLANCE = 0.2  # seconds that a mere look may wait


def glance(path: Path, question: str) -> list[tuple[Any, ...]]:
    """What a ledger says, for who would rather have no answer than wait or change anything."""
    try:
        address = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=_GLANCE)) as db:
            return db.execute(question).fetchall()
    except sqlite3.Error:
        return []


class LedgerFile:
    """A ledger's file, open. Thread-safe; other processes may have it open as well.

    Args:
        path: the file; made with its folder, readable by the user alone.
        fill: called within the transaction that makes the tables, where there were none.

    Attributes:
        new: whether the tables were made now.
        set_aside: where a broken file was put, or None.

    Raises:
        StepFailed: the file cannot be made or read, or a later envcheck has written it.
    """

    def __init__(self, path: Path, fill: Callable[[LedgerFile], None]) -> None:
        self.path = path
        self.new = False
        self.set_aside: Path | None = None
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if path.exists() and not _sound(path):
                self.set_aside = _put_aside(path)
            self._db = _open(path)
            self._begin(fill)
        except (OSError, sqlite3.Error) as error:
            raise unusable(path, error) from error

    def _begin(self, fill: Callable[[LedgerFile], None]) -> None:
        with self.whole():
            found = int(self.ask("PRAGMA user_version")[0][0])
            if found > VERSION:
                text = f"a later version of envcheck has written it (format {found})"
                raise sqlite3.DatabaseError(text)
            if found == VERSION:
                return
            added = (_SINCE[version] for version in range(max(found, 1) + 1, VERSION + 1))
            tables = "".join((*(() if found else (_TABLES,)), *added))
            for table in filter(str.strip, tables.split(";")):
                self.tell(table)
            if not found:
                self.new = True
                fill(self)
            self.tell(f"PRAGMA user_version = {VERSION}")

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query.

        Raises:
            StepFailed: the file cannot be read any more.
        """
        return self._do(sql, values)

    def tell(self, sql: str, *values: object) -> None:
        """Make an entry; it is in the file when this returns.

        Raises:
            StepFailed: it could not be written.
        """
        self._do(sql, values)

    def _do(self, sql: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        try:
            with self._lock, closing(self._db.execute(sql, values)) as cursor:
                return cursor.fetchall()
        except sqlite3.Error as error:
            raise unusable(self.path, error) from error

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Have all entries of the context made, or none of them."""
        with self._lock:
            self.tell("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.tell("ROLLBACK")
                raise
            self.tell("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()


def _open(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600)
    # autocommit: an entry is in the file before the act that it describes begins
    db = sqlite3.connect(path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
    for setting in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        db.execute(f"PRAGMA {setting}")
    return db


def _sound(path: Path) -> bool:
    """Whether a file is a whole database; an empty one is."""
    try:
        with closing(sqlite3.connect(path, timeout=_WAIT)) as db:
            return [row[0] for row in db.execute("PRAGMA quick_check")] == ["ok"]
    except sqlite3.OperationalError:  # locked or not to be opened: that is no damage
        raise
    except sqlite3.DatabaseError:
        return False


def _put_aside(path: Path) -> Path:
    """Give a broken ledger and what belongs to it other names; that of the ledger itself."""
    now = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S.%fZ")
    for ending in ("-wal", "-shm", ""):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(path.with_name(f"{path.name}.broken-{now}{ending}"))
    return path.with_name(f"{path.name}.broken-{now}")


def unusable(path: Path, error: Exception) -> StepFailed:
    """The error where what must be remembered cannot be."""
    return StepFailed(
        f"the ledger {path} cannot be used: {error}",
        id="machine.ledger-unusable",
        fix=Fix(
            "see that you may write there and that the disk is not full; a file that is broken can "
            "be removed, which costs no more than images that are kept and jobs that are run again"
        ),
    )
