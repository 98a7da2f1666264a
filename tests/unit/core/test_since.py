"""--since, as Docker's own command line takes it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from envcheck.core.errors import UsageError
from envcheck.core.since import since

ZONE = timezone(timedelta(hours=2))
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10m", 600),
        ("2h", 7200),
        ("1h30m", 5400),
        ("1.5h", 5400),
        ("90s", 90),
        ("1m500ms", 60.5),
        ("2026-11-23T11:59:00", 60),
        ("2026-11-23T11:59", 60),
        ("2026-11-23", 12 * 3600),
        ("2026-11-23T09:59:00Z", 60),
        ("2026-11-23T09:58:59.5Z", 60.5),
        ("2026-11-23T09:58:59.500000001Z", 60.5),
        ("2026-11-23T04:59:00-05:00", 60),
        (str(int(NOW.timestamp()) - 7), 7),
        (f"{int(NOW.timestamp()) - 8}.500000000", 7.5),
    ],
)
def test_so_long_ago_or_a_moment(text: str, seconds: float) -> None:
    assert NOW.timestamp() - since(text, NOW) == pytest.approx(seconds, abs=1e-4)


@pytest.mark.parametrize("text", ["yesterday", "10 m", "-10m", "m", "2026-13-01", "10x", "1h!"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(UsageError):
        since(text, NOW)


def test_the_engine_takes_no_zero() -> None:
    assert since("0", NOW) > 0
    assert since("999999h", NOW) > 0
