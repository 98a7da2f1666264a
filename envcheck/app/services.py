"""The service that a word on the command line means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import Fix, UsageError
from envcheck.core.nearest import did_you_mean

if TYPE_CHECKING:
    from envcheck.core.profile import Profile, Service


def chosen(profile: Profile, name: str) -> Service:
    """The service of that name; the profile's only one where none is named.

    Raises:
        UsageError: there is no such service, or there are several to choose from.
    """
    known = ", ".join(profile.services)
    if not name and len(profile.services) == 1:
        return next(iter(profile.services.values()))
    if not name:
        raise UsageError(f"{profile.name} has several services", fix=Fix(f"name one of: {known}"))
    if name not in profile.services:
        hint = did_you_mean(name, profile.services) or f"it has: {known}"
        raise UsageError(f"{profile.name} has no service '{name}'", fix=Fix(hint))
    return profile.services[name]
