"""Every check there is, in the order in which they are shown: what rests on what comes after it."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import TYPE_CHECKING

from envcheck.app.checks import machine, round_trips
from envcheck.app.checks.node import node_checks
from envcheck.app.checks.tools import tool_checks
from envcheck.core.errors import UsageError

if TYPE_CHECKING:
    from envcheck.app.checks.exam import Check
    from envcheck.core.profile import Profile

_GENERAL = (
    machine.CLIENT,
    machine.ENGINE,
    machine.KERNEL,
    machine.DISK,
    machine.MEMORY,
    machine.ARCHITECTURE,
    machine.CLOCK,
    machine.POOLS,
    machine.PORTS,
    round_trips.REGISTRY,
    round_trips.HELLO_WORLD_RUNS,
    round_trips.PUBLISHED_PORT,
    round_trips.NAMED_VOLUME,
    round_trips.INSIDE,
    machine.LEFTOVERS,
)


def all_checks(profile: Profile | None) -> tuple[Check, ...]:
    """The checks for a profile, or those that make sense without one."""
    return (*tool_checks(profile), *node_checks(profile), *_GENERAL)


def chosen(checks: tuple[Check, ...], only: str) -> tuple[Check, ...]:
    """The checks that an id or a pattern names, with all that they need.

    Raises:
        UsageError: it names none.
    """
    if not only:
        return checks
    by_id = {check.id: check for check in checks}
    wanted = [check for check in checks if fnmatch(check.id, only)]
    if not wanted:
        raise UsageError(f"no check is called '{only}'; there are: {', '.join(by_id)}")
    kept: set[str] = set()
    while wanted:
        check = wanted.pop()
        kept.add(check.id)
        wanted += [by_id[need] for need in check.needs if need in by_id and need not in kept]
    return tuple(check for check in checks if check.id in kept)
