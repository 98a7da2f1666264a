"""What `snapshot list` prints."""

from __future__ import annotations

from datetime import timedelta

from envcheck.app.snapshots.store import Kept
from envcheck.cli.snapshot_list import snapshots_data, snapshots_text
from tests.unit.core.test_snapshot import INDEX

FOUND = (
    Kept("shop", "first", "/s/first.snapshot", 120, INDEX),
    Kept("shop", "broken", "/s/broken.snapshot", 0, None, "it is damaged"),
)


def test_each_with_its_age_and_volumes() -> None:
    text = snapshots_text(FOUND, INDEX.moment + timedelta(hours=2))
    assert text.splitlines() == [
        "first    shop-two on laptop   2 hours ago   6 kB, 120 B packed",
        "  db-data   4 kB",
        "  cache-data   2 kB",
        "broken   shop   cannot be used: it is damaged",
    ]
    assert snapshots_text(()) == "there are no snapshots"


def test_the_same_for_json() -> None:
    first, broken = snapshots_data(FOUND)
    assert (first["instance"], first["size"], first["bytes"]) == ("shop-two", 6144, 120)
    assert first["volumes"][0] == {
        "name": "db-data",
        "service": "db",
        "size": 4096,
        "sha256": "a" * 64,
    }
    assert broken["fault"] == "it is damaged"
