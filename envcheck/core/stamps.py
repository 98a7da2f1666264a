"""Times as engines and we write them into texts."""

from __future__ import annotations

from datetime import datetime


def moment(text: str) -> datetime | None:
    """The time that a text means, to the second; None for one that is none, or never was."""
    try:
        # Python up to 3.10 reads no more than microseconds, and no Z.
        found = datetime.fromisoformat(f"{text[:19]}+00:00")
    except ValueError:
        return None
    return found if found.year > 1 else None  # the year 1 stands for never
