"""What a profile asks of a machine, as the catalogue wants to know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.doctor.facts import Needs

if TYPE_CHECKING:
    from envcheck.core.profile import Profile

_WATCHING_KINDS = ("node",)
# What development servers that watch their files are known to need (k3s-io/k3s#10020, coder/docs).
_WATCHES = 65536


def needs_of(profile: Profile | None) -> Needs:
    """The needs; none without a profile."""
    if profile is None:
        return Needs()
    watches = any(service.kind in _WATCHING_KINDS for service in profile.services.values())
    return Needs(
        docker=profile.requires.docker,
        disk=profile.requires.disk,
        memory=profile.requires.memory,
        inotify_watches=_WATCHES if watches else None,
    )
