"""Notes, kept in Postgres; Redis counts how often each is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg
    import redis


class Notes:
    """The notes of everybody."""

    def __init__(self, database: psycopg.Connection, cache: redis.Redis) -> None:
        self._database = database
        self._cache = cache

    def add(self, text: str) -> int:
        """Keep a note; its number."""
        found = self._database.execute(
            "INSERT INTO notes (text) VALUES (%s) RETURNING id", (text,)
        ).fetchone()
        assert found is not None
        return int(found[0])

    def read(self, number: int) -> str:
        """A note by its number, and count that it was read."""
        found = self._database.execute("SELECT text FROM notes WHERE id = %s", (number,)).fetchone()
        if found is None:
            raise LookupError(number)
        self._cache.incr(f"read:{number}")
        return str(found[0])

    def times_read(self, number: int) -> int:
        """How often a note was read."""
        return int(self._cache.get(f"read:{number}") or 0)

    def many(self) -> int:
        """How many there are."""
        found = self._database.execute("SELECT count(*) FROM notes").fetchone()
        return int(found[0]) if found else 0
