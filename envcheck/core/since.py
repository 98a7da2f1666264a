"""Since when: a moment as Docker's own `logs --since` takes it. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from envcheck.core.errors import Fix, UsageError

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(h|ms|us|µs|ns|m|s)")
_SECONDS = re.compile(r"\d+(\.\d+)?")
_FRACTION = re.compile(r"(\.\d{1,6})\d*")
_LEAST = 1e-3
"""1970: the engine takes 0 for no moment at all."""


def since(text: str, now: datetime) -> float:
    """The second since 1970 that is meant: so long ago, a date with or without a time, or itself.

    A date without a zone is one of ``now``'s zone.

    Raises:
        UsageError: it is none of these.
    """
    if _SECONDS.fullmatch(text):
        return max(float(text), _LEAST)
    if text and not _PART.sub("", text):
        ago = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
        return max(now.timestamp() - ago, _LEAST)
    # Older Pythons read neither a Z nor nanoseconds.
    plain = _FRACTION.sub(lambda found: found[1].ljust(7, "0"), text, count=1)
    try:
        moment = datetime.fromisoformat(re.sub("[zZ]$", "+00:00", plain))
    except ValueError:
        fix = Fix("say how long ago, such as 10m or 1h30m, or when, such as 2026-11-23T09:14:02")
        raise UsageError(f"--since {text}: that is no moment", fix=fix) from None
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
    return max((zoned - datetime.fromtimestamp(0, zoned.tzinfo)) / timedelta(seconds=1), _LEAST)
