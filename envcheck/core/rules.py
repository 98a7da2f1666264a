"""The rules between the parts of a profile, each a small function from forms to findings.

A rule keeps silent about parts that are known to be wrong already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core.forms import MAX_SERVICES
from envcheck.core.nearest import did_you_mean
from envcheck.core.order import in_order
from envcheck.core.wording import listing, quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.findings import Findings
    from envcheck.core.forms import ProfileForm, ServiceForm
    from envcheck.core.profile import Vocabulary
    from envcheck.core.yaml_source import Path

DEFAULT_KIND = "container"


@dataclass(frozen=True)
class Court:
    """What a rule may look at, and where it says what it found.

    Attributes:
        names: every service that the file names, those whose own text is wrong included.
        environ: the caller's variables.
    """

    form: ProfileForm
    names: tuple[str, ...]
    vocabulary: Vocabulary
    environ: Mapping[str, str]
    findings: Findings

    def sound(self, service: str, *keys: str) -> bool:
        """Whether nothing is known against these fields of a service."""
        return all(self.findings.sound(("services", service, key)) for key in keys)


def check(court: Court) -> None:
    """Apply every rule."""
    if not _services_enough(court):
        return
    for name, service in court.form.services.items():
        _one_source(court, name, service)
        _known_kind(court, name, service)
        _required_variables(court, name, service)
        _floating_tag(court, name, service)
        _ports_once(court, name, service)
        _targets_once(court, name, service)
        _probe_ports(court, name, service)
        _known_needs(court, name, service)
    _no_circle(court)
    _insisted_once(court)


def kind_of(service: ServiceForm, vocabulary: Vocabulary) -> str:
    """The service's kind, told from its image where it is left out."""
    if service.kind:
        return service.kind
    base = service.image.base if service.image else ""
    return vocabulary.images.get(base, DEFAULT_KIND)


def filled(service: ServiceForm, environ: Mapping[str, str]) -> dict[str, str]:
    """The service's variables, those without a value taken from the caller where it has them."""
    given = {name: environ.get(name) if v is None else v for name, v in service.environment.items()}
    return {name: value for name, value in given.items() if value is not None}


def _services_enough(court: Court) -> bool:
    """Whether there are services, and not so many that to compare them would take minutes."""
    path: Path = ("services",)
    if not court.findings.sound(path):
        return False
    if not court.names:
        court.findings.at_value(path, "'services' is empty", "a profile has at least one service")
    if len(court.names) > MAX_SERVICES:
        court.findings.at_value(path, f"a profile has at most {MAX_SERVICES} services")
    return 0 < len(court.names) <= MAX_SERVICES


def _one_source(court: Court, name: str, service: ServiceForm) -> None:
    if not court.sound(name, "image", "build"):
        return
    path = ("services", name)
    if service.image and service.build:
        message = f"the service {quote(name)} has both an image and a build"
        court.findings.at_key((*path, "build"), message, "leave one of them out")
    elif not service.image and not service.build:
        message = f"the service {quote(name)} has neither an image nor a build"
        court.findings.at_key(path, message, "such as image: postgres:17.11")


def _known_kind(court: Court, name: str, service: ServiceForm) -> None:
    kinds = court.vocabulary.kinds
    if court.sound(name, "kind") and service.kind and service.kind not in kinds:
        hint = did_you_mean(service.kind, kinds) or f"one of {listing(sorted(kinds))}"
        path = ("services", name, "kind")
        court.findings.at_value(path, f"unknown kind {quote(service.kind)}", hint)


def _required_variables(court: Court, name: str, service: ServiceForm) -> None:
    if not court.sound(name, "kind", "image", "environment"):
        return
    kind = kind_of(service, court.vocabulary)
    has = {variable for variable, value in filled(service, court.environ).items() if value}
    for group in court.vocabulary.required.get(kind, ()):
        if has.isdisjoint(group):
            message = f"a {kind} needs {listing(group)} in its environment"
            path: Path = ("services", name, "environment")
            if path in court.findings.source.values:
                court.findings.at_value(path, message)
            else:
                court.findings.at_key(path[:2], message)


def _floating_tag(court: Court, name: str, service: ServiceForm) -> None:
    if service.image and service.image.floating:
        message = (
            f"the tag of {quote(str(service.image))} moves with each release "
            "until the lockfile pins its digest"
        )
        court.findings.warn(("services", name, "image"), message)


def _ports_once(court: Court, name: str, service: ServiceForm) -> None:
    seen: set[int] = set()
    for at, port in enumerate(service.ports or ()):
        if port.container in seen:
            message = f"port {port.container} of the container is published twice"
            court.findings.at_value(("services", name, "ports", at), message)
        seen.add(port.container)


def _targets_once(court: Court, name: str, service: ServiceForm) -> None:
    seen: set[str] = set()
    for at, mount in enumerate(service.volumes):
        if mount.target in seen:
            message = f"two volumes are mounted on {quote(mount.target)}"
            court.findings.at_value(("services", name, "volumes", at), message)
        seen.add(mount.target)


def _probe_ports(court: Court, name: str, service: ServiceForm) -> None:
    if not court.sound(name, "kind", "image", "ports", "verify"):
        return
    ports = _published(court, service)
    if ports is None:
        return
    for at, entry in enumerate(service.verify):
        for key, probe in (("http", entry.http), ("tcp", entry.tcp)):
            if probe:
                _probe_port(court, ("services", name, "verify", at, key), probe.port, ports)


def _published(court: Court, service: ServiceForm) -> list[int] | None:
    """The container's ports that are published, or None where only the catalogue knows."""
    if service.ports is not None:
        return [port.container for port in service.ports]
    return [] if kind_of(service, court.vocabulary) == DEFAULT_KIND else None


def _probe_port(court: Court, path: Path, port: int | None, ports: list[int]) -> None:
    have = f"the service publishes {listing(map(str, ports), 'and') if ports else 'no port'}"
    if port is None and len(ports) != 1:
        message = f"which port {quote(str(path[-1]))} means cannot be told: {have}"
        court.findings.at_value(path, message, "add a port" if ports else "add it to 'ports'")
    if port is not None and port not in ports:
        message = f"port {port} is not published: {have}"
        court.findings.at_value((*path, "port"), message, "add it to 'ports'")


def _known_needs(court: Court, name: str, service: ServiceForm) -> None:
    seen: set[str] = set()
    for at, need in enumerate(service.depends_on):
        path = ("services", name, "depends_on", at)
        others = set(court.names) - {name}
        if need == name:
            court.findings.at_value(path, f"the service {quote(name)} depends on itself")
        elif need not in others:
            message = f"there is no service {quote(need)}"
            court.findings.at_value(path, message, did_you_mean(need, others))
        elif need in seen:
            court.findings.at_value(path, f"the service {quote(need)} is listed twice")
        seen.add(need)


def _no_circle(court: Court) -> None:
    services = court.form.services
    needs = {
        name: tuple(need for need in service.depends_on if need in services and need != name)
        for name, service in services.items()
    }
    while circle := _circle(needs):
        first, second = circle[:2]
        path = ("services", first, "depends_on", services[first].depends_on.index(second))
        court.findings.at_value(path, f"services depend on each other: {' -> '.join(circle)}")
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


def _insisted_once(court: Court) -> None:
    owners: dict[int, str] = {}
    for name, service in court.form.services.items():
        for at, port in enumerate(service.ports or ()):
            if port.wish != "insist" or port.host is None:
                continue
            if port.host in owners:
                message = f"port {port.host} of the host is insisted on twice"
                hint = f"the service {quote(owners[port.host])} has it already"
                court.findings.at_value(("services", name, "ports", at), message, hint)
            owners.setdefault(port.host, name)
