"""What `lock` and `outdated` print: values as text, and as data for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from envcheck.core.reference import short_digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envcheck.app.outdated import Outdated
    from envcheck.core.lockfile import LockedImage
    from envcheck.core.relock import LockChange


def lock_text(path: str, changes: Sequence[LockChange]) -> str:
    """The lockfile, an image a line, each with what has become of it."""
    wide = max((len(str(change.reference)) for change in changes), default=0)
    lines = [
        f"  {change.reference!s:<{wide}}   {change.turn:<7}   {_digests(change)}"
        for change in changes
    ]
    return "\n".join([path, *lines])


def _digests(change: LockChange) -> str:
    before, now = _short(change.before), _short(change.now)
    return f"{before} -> {now}" if change.turn == "moved" else now or before


def _short(locked: LockedImage | None) -> str:
    return short_digest(locked.digest) if locked else ""


def lock_data(changes: Sequence[LockChange]) -> list[dict[str, Any]]:
    """The same for JSON, with whole digests."""
    return [
        {
            "image": str(change.reference),
            "change": change.turn,
            "before": change.before.digest if change.before else None,
            "now": change.now.digest if change.now else None,
        }
        for change in changes
    ]


def outdated_text(found: Sequence[Outdated]) -> str:
    """The images in aligned columns: pinned, newest of its series, newest of all."""
    rows = [("IMAGE", "SERIES", "BEYOND", "USED BY"), *map(_row, found)]
    wide = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "   ".join([*(f"{cell:<{width}}" for cell, width in zip(row, wide, strict=False)), row[-1]])
        for row in rows
    )


def _row(one: Outdated) -> tuple[str, str, str, str]:
    image, users = str(one.image), ", ".join(one.services)
    if one.newer is None:
        return image, "names no version", "", users
    series = one.newer.series[-1] if one.newer.series else "up to date"
    return image, series, one.newer.beyond, users


def outdated_data(found: Sequence[Outdated]) -> list[dict[str, Any]]:
    """The same for JSON; ``newer`` is null where a tag names no version."""
    return [
        {
            "image": str(one.image),
            "services": [*one.services],
            "newer": None if one.newer is None else [*one.newer.series],
            "beyond": one.newer.beyond if one.newer else "",
        }
        for one in found
    ]
