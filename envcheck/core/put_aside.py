"""Containers that a `check --deep` had put aside when it was killed: they come back. Pure.

Such a container holds whatever its service has written outside of its volumes, and nobody else has
that. So it is never removed by the way: it gets its name back where that is free, and is left alone
where another container has the name by now.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from envcheck.core.spec import aside_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.core.desired import Desired
    from envcheck.core.observed import Observed, SeenContainer


def put_aside(desired: Desired, observed: Observed) -> tuple[SeenContainer, ...]:
    """The instance's containers that are put aside."""
    return tuple(seen for seen, _name in _found(desired, observed))


def to_come_back(desired: Desired, observed: Observed) -> dict[str, SeenContainer]:
    """Those whose name is free, by that name."""
    found = _found(desired, observed)
    return {name: seen for seen, name in found if observed.container(name) is None}


def as_if_back(desired: Desired, observed: Observed) -> Observed:
    """The engine as it is once they have their names back."""
    names = {seen.id: name for name, seen in to_come_back(desired, observed).items()}
    containers = (
        replace(seen, name=names[seen.id]) if seen.id in names else seen
        for seen in observed.containers
    )
    return replace(observed, containers=tuple(containers))


def _found(desired: Desired, observed: Observed) -> Iterator[tuple[SeenContainer, str]]:
    for service in desired.services.values():
        name = service.container.name
        seen = observed.container(aside_name(name))
        if seen is None or seen.service != service.name:
            continue
        if seen.instance == desired.owner.instance:
            yield seen, name


def aside_notes(desired: Desired, observed: Observed) -> tuple[str, ...]:
    """What is to be said of those that stay put aside."""
    back = {seen.id for seen in to_come_back(desired, observed).values()}
    return tuple(
        f"{seen.name} is left of a `check --deep` that was killed, and is kept: look whether it "
        f"has anything that its volumes do not have; `docker rm {seen.name}` removes it"
        for seen in put_aside(desired, observed)
        if seen.id not in back
    )
