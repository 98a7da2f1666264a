"""The rules between the parts of one service, each a small function from its form to findings.

A rule keeps silent about parts that are known to be wrong already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.nearest import did_you_mean
from envcheck.core.parsing.kind_rules import check_kind
from envcheck.core.parsing.reading import DEFAULT_KIND, filled, kind_of
from envcheck.core.parsing.wording import UNUSABLE, listing, quote

if TYPE_CHECKING:
    from envcheck.core.parsing.forms import ServiceForm
    from envcheck.core.parsing.reading import Reading
    from envcheck.core.parsing.yaml_source import Path


def check_service(reading: Reading, name: str, service: ServiceForm) -> None:
    """Apply every rule of a service."""
    _one_source(reading, name, service)
    _known_kind(reading, name, service)
    _callers_variables(reading, name, service)
    _required_variables(reading, name, service)
    _floating_tag(reading, name, service)
    _ports_once(reading, name, service)
    _targets_once(reading, name, service)
    _probe_ports(reading, name, service)
    check_kind(reading, name, service)


def _one_source(reading: Reading, name: str, service: ServiceForm) -> None:
    if not reading.sound(name, "image", "build"):
        return
    path = ("services", name)
    if service.image and service.build:
        message = f"the service {quote(name)} has both an image and a build"
        reading.findings.at_key((*path, "build"), message, "leave one of them out")
    elif not service.image and not service.build:
        message = f"the service {quote(name)} has neither an image nor a build"
        reading.findings.at_key(path, message, "such as image: postgres:17.11")


def _known_kind(reading: Reading, name: str, service: ServiceForm) -> None:
    kinds = reading.vocabulary.kinds
    if reading.sound(name, "kind") and service.kind and service.kind not in kinds:
        hint = did_you_mean(service.kind, kinds) or f"one of {listing(sorted(kinds))}"
        path = ("services", name, "kind")
        reading.findings.at_value(path, f"unknown kind {quote(service.kind)}", hint)


def _callers_variables(reading: Reading, name: str, service: ServiceForm) -> None:
    for variable, value in service.environment.items():
        if value is None and UNUSABLE.search(reading.environ.get(variable, "")):
            message = f"the variable {variable} holds bytes that are no text"
            reading.findings.at_key(("services", name, "environment", variable), message)


def _required_variables(reading: Reading, name: str, service: ServiceForm) -> None:
    if not reading.sound(name, "kind", "image", "environment"):
        return
    kind = kind_of(service, reading.vocabulary)
    has = {variable for variable, value in filled(service, reading.environ).items() if value}
    for group in reading.vocabulary.required.get(kind, ()):
        if has.isdisjoint(group):
            message = f"a {kind} needs {listing(group)} in its environment"
            path: Path = ("services", name, "environment")
            if path in reading.findings.source.values:
                reading.findings.at_value(path, message)
            else:
                reading.findings.at_key(path[:2], message)


def _floating_tag(reading: Reading, name: str, service: ServiceForm) -> None:
    if service.image and service.image.floating:
        message = (
            f"the tag of {quote(str(service.image))} moves with each release "
            "until the lockfile pins its digest"
        )
        reading.findings.warn(("services", name, "image"), message)


def _ports_once(reading: Reading, name: str, service: ServiceForm) -> None:
    seen: set[int] = set()
    for at, port in enumerate(service.ports or ()):
        if port.container in seen:
            message = f"port {port.container} of the container is published twice"
            reading.findings.at_value(("services", name, "ports", at), message)
        seen.add(port.container)


def _targets_once(reading: Reading, name: str, service: ServiceForm) -> None:
    seen: set[str] = set()
    for at, mount in enumerate(service.volumes):
        if mount.target in seen:
            message = f"two volumes are mounted on {quote(mount.target)}"
            reading.findings.at_value(("services", name, "volumes", at), message)
        seen.add(mount.target)


def _probe_ports(reading: Reading, name: str, service: ServiceForm) -> None:
    if not reading.sound(name, "kind", "image", "ports", "verify"):
        return
    ports = _published(reading, service)
    if ports is None:
        return
    for at, entry in enumerate(service.verify):
        for key, probe in (("http", entry.http), ("tcp", entry.tcp)):
            if probe:
                _probe_port(reading, ("services", name, "verify", at, key), probe.port, ports)


def _published(reading: Reading, service: ServiceForm) -> list[int] | None:
    """The container's ports that are published, or None where only the catalogue knows."""
    if service.ports is not None:
        return [port.container for port in service.ports]
    return [] if kind_of(service, reading.vocabulary) == DEFAULT_KIND else None


def _probe_port(reading: Reading, path: Path, port: int | None, ports: list[int]) -> None:
    have = f"the service publishes {listing(map(str, ports), 'and') if ports else 'no port'}"
    if port is None and len(ports) != 1:
        message = f"which port {quote(str(path[-1]))} means cannot be told: {have}"
        reading.findings.at_value(path, message, "add a port" if ports else "add it to 'ports'")
    if port is not None and port not in ports:
        message = f"port {port} is not published: {have}"
        reading.findings.at_value((*path, "port"), message, "add it to 'ports'")
