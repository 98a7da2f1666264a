"""What `snapshot list` prints."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from envcheck.core.figures import ago, size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envcheck.app.snapshots.store import Kept


def snapshots_text(found: Sequence[Kept], now: datetime | None = None) -> str:
    """The snapshots, a line each, with a line for each volume; ``now`` is for their age."""
    if not found:
        return "there are no snapshots"
    now = now or datetime.now(timezone.utc)
    wide = max(len(one.name) for one in found)
    return "\n".join(line for one in found for line in _lines(one, wide, now))


def _lines(one: Kept, wide: int, now: datetime) -> list[str]:
    name = f"{one.name:<{wide}}"
    if one.index is None:
        return [f"{name}   {one.profile}   cannot be used: {one.fault}"]
    index = one.index
    age = ago((now - index.moment).total_seconds())
    sizes = f"{size(index.size)}, {size(one.bytes)} packed"
    head = f"{name}   {index.instance} on {index.machine}   {age}   {sizes}"
    return [head, *(f"  {volume.name}   {size(volume.size)}" for volume in index.volumes)]


def snapshots_data(found: Sequence[Kept]) -> list[dict[str, Any]]:
    """The snapshots for JSON; ``bytes`` is what the file takes."""
    return [_data(one) for one in found]


def _data(one: Kept) -> dict[str, Any]:
    data = {"name": one.name, "profile": one.profile, "path": one.path, "bytes": one.bytes}
    if one.index is None:
        return {**data, "fault": one.fault}
    index = one.index
    return {
        **data,
        "instance": index.instance,
        "machine": index.machine,
        "created": index.created,
        "envcheck": index.envcheck,
        "size": index.size,
        "services": [asdict(service) for service in index.services],
        "volumes": [
            {"name": v.name, "service": v.service, "size": v.size, "sha256": v.sha256}
            for v in index.volumes
        ],
    }
