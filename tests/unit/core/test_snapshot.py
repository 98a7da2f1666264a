"""The index of a snapshot: what was written is read; what no envcheck wrote is refused."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from envcheck.core.errors import SnapshotInvalid
from envcheck.core.snapshot import (
    FORMAT,
    Index,
    SavedService,
    SavedVolume,
    is_name,
    moment_text,
    name_at,
    read_index,
)

INDEX = Index(
    envcheck="1.0",
    created="2026-11-24T20:31:05Z",
    name="first",
    profile="shop",
    instance="shop-two",
    machine="laptop",
    services=(SavedService("db", "postgres", "postgres:17.11", "sha256:1"),),
    volumes=(
        SavedVolume("db-data", "db", "0123", 4096, 120, 80, "a" * 64),
        SavedVolume("cache-data", "cache", "", 2048, 200, 40, "b" * 64),
    ),
    passwords={"db.POSTGRES_PASSWORD": "hunter2"},
)


def test_what_was_written_is_read() -> None:
    assert read_index(INDEX.text()) == INDEX
    assert INDEX.size == 6144
    assert "hunter2" not in repr(INDEX)
    assert INDEX.moment == datetime(2026, 11, 24, 20, 31, 5, tzinfo=timezone.utc)


def changed(**fields: Any) -> bytes:
    return json.dumps({**json.loads(INDEX.text()), **fields}).encode()


def volume(**fields: Any) -> bytes:
    (first, second) = json.loads(INDEX.text())["volumes"]
    return changed(volumes=[{**first, **fields}, second])


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 100_000,
        changed(format=0),
        changed(format="1"),
        changed(created="yesterday"),
        changed(created="2026-13-24T20:31:05Z"),
        changed(name="../../first"),
        changed(profile=7),
        changed(profile="two\nlines"),
        changed(machine="x" * 301),
        changed(more=1),
        changed(services=[{"name": "db"}]),
        changed(volumes={}),
        volume(name="../etc"),
        volume(name=""),
        volume(name="cache-data"),
        volume(size=-1),
        volume(size=True),
        volume(size=1 << 60),
        volume(offset=1.5),
        volume(sha256="A" * 64),
        volume(link="x"),
        changed(passwords=[]),
        changed(passwords={"db": "hunter2"}),
        changed(passwords={"db.X": "\0"}),
    ],
)
def test_what_no_envcheck_wrote_is_refused(text: bytes) -> None:
    with pytest.raises(SnapshotInvalid) as caught:
        read_index(text)
    assert caught.value.id == "snapshot.malformed"


def test_a_format_of_the_future_says_what_to_do() -> None:
    with pytest.raises(SnapshotInvalid) as caught:
        read_index(changed(format=FORMAT + 1))
    assert caught.value.id == "snapshot.newer-format"
    assert caught.value.fix is not None


def test_names_by_time_are_in_the_order_of_time() -> None:
    here = timezone(timedelta(hours=-5))
    moments = [datetime(2026, 11, 24, hour, 5, tzinfo=here) for hour in (3, 9, 20)]
    names = [name_at(moment) for moment in moments]
    assert names == ["20261124T080500Z", "20261124T140500Z", "20261125T010500Z"]
    assert all(map(is_name, names))
    assert moment_text(moments[0]) == "2026-11-24T08:05:00Z"


@pytest.mark.parametrize("name", ["", ".hidden", "-o", "a/b", "a b", "ä", "x" * 101, "a\n"])
def test_what_cannot_be_a_name(name: str) -> None:
    assert not is_name(name)
