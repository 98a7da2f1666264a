"""Each test has a database of its own: the seeded one as it was, whatever other tests do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
import redis

from notes import Notes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.api import Database


@pytest.fixture
def notes(envcheck_postgres: Database, envcheck_redis: Database) -> Iterator[Notes]:
    with psycopg.connect(envcheck_postgres.url) as database:
        cache = redis.Redis.from_url(envcheck_redis.url)
        yield Notes(database, cache)
        cache.close()


def test_the_seeded_notes_are_there(notes: Notes) -> None:
    assert notes.read(1) == "Buy milk"
    assert notes.many() == 2


@pytest.mark.parametrize("text", ["one", "two", "three", "four"])
def test_a_note_that_is_added_can_be_read(notes: Notes, text: str) -> None:
    assert notes.read(notes.add(text)) == text
    assert notes.many() == 3  # and no other test's note is here


@pytest.mark.parametrize("times", [0, 1, 3])
def test_reading_is_counted(notes: Notes, times: int) -> None:
    for _ in range(times):
        notes.read(2)
    assert notes.times_read(2) == times


def test_what_is_not_there_cannot_be_read(notes: Notes) -> None:
    with pytest.raises(LookupError):
        notes.read(99)
