"""How fast a database under writes is saved and restored: ``python -m tests.bench.snapshot [MB]``.

A PostgreSQL is filled with so many MB of rows, and somebody goes on writing into it. A snapshot is
taken, restored into another instance, and the copy must have every row that was committed before.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from envcheck.app.connect import env
from envcheck.app.session import Session
from envcheck.app.snapshot import restore, save
from envcheck.app.teardown import CleanOptions, clean
from envcheck.app.up import up
from envcheck.core.errors import EnvcheckError
from envcheck.run.poll import poll
from envcheck.run.ports import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from envcheck.core.events import Event

MEGABYTES = 1000
ROW = 250
"""Bytes of a row, all of them different, so that nothing packs better than real data."""
BY_THE_WAY = 200
"""Rows that are written one by one before the snapshot."""
_PATIENCE = 60.0
PROFILE = {
    "name": "snapshot-bench",
    "services": {
        "db": {
            "image": "postgres:17.11",
            "environment": {"POSTGRES_PASSWORD": "bench"},
            "ports": [5432],
            "timeout": 120,
        }
    },
}
FILL = """
CREATE TABLE rows AS SELECT n, md5(n::text) || md5(random()::text) || repeat(md5(random()::text), 5)
AS word FROM generate_series(1, {count}) AS n;
CREATE TABLE notes (n int PRIMARY KEY, word text NOT NULL);
"""
SUMS = """
SELECT count(*), sum(hashtextextended(word, n)) FROM rows
UNION ALL SELECT count(*), sum(hashtextextended(word, n)) FROM notes WHERE n <= {last}
"""


@dataclass
class Writer:
    """Writes one row after the other, each in a transaction of its own, through stops and starts.

    Attributes:
        last: the number of the last row that the server has confirmed.
        broken: how often it was cut off.
        longest: the longest time between two rows, seconds.
    """

    url: str
    last: int = 0
    broken: int = 0
    longest: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)
    _wrote: float = 0.0

    @contextmanager
    def at_work(self) -> Iterator[Writer]:
        """Have it write during the context."""
        thread = threading.Thread(target=self._write, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join(30)

    def _write(self) -> None:
        while not self._over.is_set():
            try:
                with psycopg.connect(self.url, autocommit=True, connect_timeout=3) as database:
                    self._go_on(database)
            except psycopg.OperationalError:  # noqa: PERF203 - one pass is one connection
                self.broken += 1
                self._over.wait(0.02)

    def _go_on(self, database: psycopg.Connection) -> None:
        """Where it was cut off, a row may be there that it does not know of."""
        rows = database.execute("SELECT coalesce(max(n), 0) FROM notes").fetchone()
        self.last = int(rows[0]) if rows else 0
        before = self._wrote
        while not self._over.is_set():
            insert = "INSERT INTO notes VALUES (%s, repeat(md5(random()::text), 8))"
            database.execute(insert, (self.last + 1,))
            self.last += 1
            now = time.monotonic()
            self.longest = max(self.longest, now - (before or now))
            before = self._wrote = now


@dataclass(frozen=True)
class Found:
    """What came of it: figures, and whether the copy has every row.

    Attributes:
        away: seconds for which the database did not take a row.
    """

    size: int
    packed: int
    saving: float
    restoring: float
    away: float
    rows: int
    same: bool

    def lines(self) -> tuple[str, ...]:
        """For people."""
        return (
            f"{self.size / 1e6:.0f} MB, packed {self.packed / 1e6:.0f} MB",
            f"{self.rows} rows written by the way: the copy {'has' if self.same else 'LACKS'} all",
            f"save     {self.saving:6.1f} s   {self.size / 1e6 / self.saving:6.0f} MB/s",
            f"of these {self.away:6.1f} s   in which the database took no rows",
            f"restore  {self.restoring:6.1f} s   {self.size / 1e6 / self.restoring:6.0f} MB/s",
        )


def url_of(session: Session, profile: str) -> str:
    """How to reach the database of a session's instance."""
    return env(session, profile)["DATABASE_URL"]


def sums(url: str, last: int) -> list[tuple[int, int]]:
    """Number and sum of the rows, up to that number of those which were written one by one."""
    with psycopg.connect(url) as database:
        return database.execute(SUMS.format(last=last)).fetchall()


def measure(folder: Path, megabytes: int) -> Found:
    """Do it, and leave nothing behind."""
    profile = folder / "profile.yaml"
    profile.write_text(json.dumps(PROFILE))
    with _session(folder, "snapshot-bench") as one, _session(folder, "snapshot-copy") as other:
        try:
            return _measured(one, other, str(profile), megabytes)
        finally:
            for session in (one, other):
                clean(session, "", CleanOptions(keep_images=True))


@contextmanager
def _session(folder: Path, instance: str) -> Iterator[Session]:
    heard: list[Event] = []
    environ = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    session = Session(emit=heard.append, yes=True, instance=instance, environ=environ)
    session.command = "bench"
    with closing(session):
        yield session


def _until(come: Callable[[], bool]) -> None:
    found = poll(lambda: come() or None, seconds=_PATIENCE, clock=SystemClock())
    if found is None:
        raise EnvcheckError("nothing is written any more", id="bench.silent")


def _measured(one: Session, other: Session, profile: str, megabytes: int) -> Found:
    up(one, profile)
    url = url_of(one, profile)
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(FILL.format(count=megabytes * 1_000_000 // ROW))
    with Writer(url).at_work() as writer:
        _until(lambda: writer.last >= BY_THE_WAY)
        last = writer.last
        before = sums(url, last)
        begun = time.monotonic()
        saved = save(one, profile, "copy", "")
        saving = time.monotonic() - begun
        cut_off, written = writer.broken, writer.last
        _until(lambda: writer.last > written)
        away = writer.longest
    if not cut_off:
        raise EnvcheckError("nobody was cut off, so nothing was stopped", id="bench.not-stopped")
    begun = time.monotonic()
    restore(other, profile, "copy", save_first=True)
    restoring = time.monotonic() - begun
    up(other, profile)
    same = sums(url_of(other, profile), last) == before
    return Found(saved.size, saved.bytes, saving, restoring, away, last, same)


def main() -> int:
    """Measure, and print it."""
    megabytes = int(sys.argv[1]) if sys.argv[1:] else MEGABYTES
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), megabytes)
    sys.stdout.write("\n".join(found.lines()) + "\n")
    return 0 if found.same else 1


if __name__ == "__main__":
    sys.exit(main())
