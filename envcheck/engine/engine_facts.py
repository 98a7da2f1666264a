"""What an engine says of itself, as facts. Any key of its answers may be missing or null."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from envcheck.doctor.facts import EngineFacts
from envcheck.engine import seen

if TYPE_CHECKING:
    from collections.abc import Mapping

_FRACTION = re.compile(r"\.(\d{6})\d*")


def engine_facts(info: Mapping[str, Any], version: Mapping[str, Any], now: datetime) -> EngineFacts:
    """The facts in ``docker info`` and ``docker version``.

    Args:
        info: the answer of ``/info``.
        version: the answer of ``/version``.
        now: this machine's clock when ``info`` was asked for.
    """
    forwarding = info.get("IPv4Forwarding")
    mirrors = (info.get("RegistryConfig") or {}).get("Mirrors") or ()
    return EngineFacts(
        kind=seen.engine_kind(info, version),
        version=str(version.get("Version", "")),
        api=str(version.get("ApiVersion", "")),
        min_api=str(version.get("MinAPIVersion", "")),
        platform=str((version.get("Platform") or {}).get("Name", "")),
        os_type=str(info.get("OSType", "")),
        architecture=str(info.get("Architecture", "")),
        warnings=tuple(str(warning) for warning in info.get("Warnings") or ()),
        security_options=tuple(str(option) for option in info.get("SecurityOptions") or ()),
        cgroup_version=str(info.get("CgroupVersion", "")),
        ipv4_forwarding=None if forwarding is None else bool(forwarding),
        root_dir=str(info.get("DockerRootDir", "")),
        memory=int(info["MemTotal"]) if info.get("MemTotal") else None,
        clock_skew=clock_skew(info, now),
        mirrors=tuple(str(mirror) for mirror in mirrors),
        http_proxy=info.get("HttpProxy"),
        https_proxy=info.get("HttpsProxy"),
    )


def clock_skew(info: Mapping[str, Any], now: datetime) -> float | None:
    """Seconds that the engine's clock is ahead of ours; None where it does not tell."""
    told = str(info.get("SystemTime", ""))
    # Go writes nanoseconds, which Python does not read: six digits are plenty.
    text = _FRACTION.sub(r".\1", told).replace("Z", "+00:00")
    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=timezone.utc)
    return (then - now).total_seconds()
