"""The rules between the services of a profile; those of each service alone are `service_rules`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.nearest import did_you_mean
from envcheck.core.order import in_order
from envcheck.core.parsing.export_rules import check_exports
from envcheck.core.parsing.forms import MAX_SERVICES
from envcheck.core.parsing.password_rules import check_passwords
from envcheck.core.parsing.service_rules import check_service
from envcheck.core.parsing.wording import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.parsing.forms import ServiceForm
    from envcheck.core.parsing.reading import Reading
    from envcheck.core.parsing.yaml_source import Path


def check(reading: Reading) -> None:
    """Apply every rule; what is found goes into the reading's findings."""
    if not _services_enough(reading):
        return
    for name, service in reading.form.services.items():
        check_service(reading, name, service)
        _known_needs(reading, name, service)
    _no_circle(reading)
    _insisted_once(reading)
    check_passwords(reading)
    check_exports(reading)


def _services_enough(reading: Reading) -> bool:
    """Whether there are services, and not so many that to compare them would take minutes."""
    path: Path = ("services",)
    if not reading.findings.sound(path):
        return False
    if not reading.names:
        reading.findings.at_value(path, "'services' is empty", "a profile has at least one service")
    if len(reading.names) > MAX_SERVICES:
        reading.findings.at_value(path, f"a profile has at most {MAX_SERVICES} services")
    return 0 < len(reading.names) <= MAX_SERVICES


def _known_needs(reading: Reading, name: str, service: ServiceForm) -> None:
    seen: set[str] = set()
    for at, need in enumerate(service.depends_on):
        path = ("services", name, "depends_on", at)
        others = set(reading.names) - {name}
        if need == name:
            reading.findings.at_value(path, f"the service {quote(name)} depends on itself")
        elif need not in others:
            message = f"there is no service {quote(need)}"
            hint = did_you_mean(need, others) if at < MAX_SERVICES else ""  # comparing is slow
            reading.findings.at_value(path, message, hint)
        elif need in seen:
            reading.findings.at_value(path, f"the service {quote(need)} is listed twice")
        seen.add(need)


def _no_circle(reading: Reading) -> None:
    services = reading.form.services
    needs = {
        name: tuple(need for need in service.depends_on if need in services and need != name)
        for name, service in services.items()
    }
    while circle := _circle(needs):
        first, second = circle[:2]
        path = ("services", first, "depends_on", services[first].depends_on.index(second))
        reading.findings.at_value(path, f"services depend on each other: {' -> '.join(circle)}")
        needs[first] = tuple(need for need in needs[first] if need != second)


def _circle(needs: Mapping[str, tuple[str, ...]]) -> list[str]:
    """One circle, from the first of its services in the file round to it again; or nothing."""
    try:
        in_order(needs)
    except ValueError as error:
        circle = str(error).split(" -> ")[:-1]
        start = min(range(len(circle)), key=lambda at: [*needs].index(circle[at]))
        return [*circle[start:], *circle[: start + 1]]
    return []


def _insisted_once(reading: Reading) -> None:
    owners: dict[int, str] = {}
    for name, service in reading.form.services.items():
        for at, port in enumerate(service.ports or ()):
            if port.wish != "insist" or port.host is None:
                continue
            if port.host in owners:
                message = f"port {port.host} of the host is insisted on twice"
                hint = f"the service {quote(owners[port.host])} has it already"
                reading.findings.at_value(("services", name, "ports", at), message, hint)
            owners.setdefault(port.host, name)
