"""What `status` prints: every instance, its services in columns that line up over all of them."""

from __future__ import annotations

import textwrap
from dataclasses import asdict, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from envcheck.core.figures import age, size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from envcheck.app.status import InstanceStatus, ServiceStatus

NOTHING = "nothing of envcheck's is on this engine"
_WIDE = 96
_WORDS = {"healthy": "healthy", "unhealthy": "no answer", "unknown": "running"}


def status_text(found: Sequence[InstanceStatus]) -> str:
    """A block for each instance: itself, its profile and folder, and a row for each service."""
    if not found:
        return NOTHING
    rows = {one.instance: [*_rows(one)] for one in found}
    widths = [max(map(len, column)) for column in zip(*chain(*rows.values()), strict=True)]
    return "\n\n".join("\n".join(_block(one, rows[one.instance], widths)) for one in found)


def status_data(
    found: Sequence[InstanceStatus], shown: Callable[[str], str]
) -> list[dict[str, Any]]:
    """The instances for JSON; ``shown`` makes a text of what a service has said."""
    return [asdict(_shown(one, shown)) for one in found]


def _shown(one: InstanceStatus, shown: Callable[[str], str]) -> InstanceStatus:
    services = tuple(replace(service, said=shown(service.said)) for service in one.services)
    return replace(one, said=shown(one.said), services=services)


def _block(
    one: InstanceStatus, rows: Iterable[Sequence[str]], widths: Sequence[int]
) -> Iterator[str]:
    health = "not known whether healthy" if one.health == "unknown" else one.health
    facts = [health, *([age(one.age)] if one.age is not None else []), *_disk(one.disk)]
    yield f"{one.instance}   {' · '.join(facts)}"
    yield f"  profile {one.profile or '?'}, {one.root}"
    for row in rows:
        first, state, disk, last = row
        wide = (f"{first:<{widths[0]}}", f"{state:<{widths[1]}}", f"{disk:>{widths[2]}}", last)
        yield f"  {'   '.join(wide)}".rstrip()
    for service in one.services:
        if service.health == "unhealthy" and service.said:
            yield from _said(f"{service.service}: {service.said}")
    if one.said:
        yield from _said(one.said)


def _rows(one: InstanceStatus) -> Iterator[tuple[str, str, str, str]]:
    for service in one.services:
        ports = ", ".join(f"127.0.0.1:{host}->{inside}" for inside, host in service.ports.items())
        yield service.service, _state(service), *_cell(service.disk), ports
    shown = {name for service in one.services for name in service.volumes}
    for name in one.volumes:
        if name not in shown:  # nothing runs that has it
            short = name.removeprefix(f"{one.instance}_")
            yield short, "kept", *_cell(one.sizes.get(name)), ""


def _state(service: ServiceStatus) -> str:
    return _WORDS[service.health] if service.state == "running" else service.state


def _disk(count: int | None) -> list[str]:
    return [] if not count else [size(count)]


def _cell(count: int | None) -> tuple[str]:
    return ("" if count is None else size(count),)


def _said(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDE, initial_indent="  ! ", subsequent_indent="    ")
