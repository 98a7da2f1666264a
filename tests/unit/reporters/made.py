"""The circumstances of the reports in these tests."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from envcheck.reporters.made import Made

MADE = Made(
    datetime(2026, 11, 23, 10, 14, 2, tzinfo=timezone(timedelta(hours=1), "CET")),
    host="annas-laptop",
    program="./inv",
)
