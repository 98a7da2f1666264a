"""The rules for `exports`: every place in it is one that a service of the profile can fill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.exports import FIELDS, BadTemplate, places
from envcheck.core.nearest import did_you_mean, nearest
from envcheck.core.parsing.reading import DEFAULT_KIND, filled, kind_of
from envcheck.core.parsing.wording import listing, quote

if TYPE_CHECKING:
    from envcheck.core.exports import Place
    from envcheck.core.parsing.forms import ServiceForm
    from envcheck.core.parsing.reading import Reading


def check_exports(reading: Reading) -> None:
    """Apply the rules; what is found goes into the reading's findings."""
    for name, text in reading.form.exports.items():
        if not reading.findings.sound(("exports", name)):
            continue
        try:
            found = places(text)
        except BadTemplate as error:
            hint = "write {{ and }} for braces; a place is such as {db.url} or {db.port}"
            _wrong(reading, name, str(error), hint)
            continue
        for place in found:
            _check(reading, name, place)


def _check(reading: Reading, name: str, place: Place) -> None:
    service = reading.form.services.get(place.service)
    if service is not None:
        _check_field(reading, name, place, service)
    elif place.service not in reading.names:
        hint = did_you_mean(place.service, reading.names) or f"there is {listing(reading.names)}"
        _wrong(reading, name, f"{place}: there is no service {quote(place.service)}", hint)


def _check_field(reading: Reading, name: str, place: Place, service: ServiceForm) -> None:
    if not reading.sound(place.service, "kind", "image", "environment", "ports"):
        return
    variables = filled(service, reading.environ)
    if place.field not in (*FIELDS, *variables):
        known = (*FIELDS, *variables)
        by_lower = {each.lower(): each for each in known}
        near = by_lower.get(nearest(place.field, by_lower), "")
        hint = f"did you mean '{near}'?" if near else ""
        what = f"{place}: {quote(place.service)} has no {quote(place.field)}"
        _wrong(reading, name, what, hint or f"there is {listing(known)}")
    elif place.field in FIELDS:
        _check_port(reading, name, place, service)


def _check_port(reading: Reading, name: str, place: Place, service: ServiceForm) -> None:
    ports = _published(reading, service)
    if ports is None:
        return
    if not ports:
        _wrong(reading, name, f"{place}: {quote(place.service)} publishes no port", "")
    elif place.port is not None and place.port not in ports:
        have = f"it publishes {listing(map(str, ports), 'and')}"
        what = f"{place}: {quote(place.service)} does not publish port {place.port}"
        _wrong(reading, name, what, have)


def _published(reading: Reading, service: ServiceForm) -> list[int] | None:
    """The container's ports that are published, or None where that is not known."""
    if service.ports is not None:
        return [port.container for port in service.ports]
    kind = kind_of(service, reading.vocabulary)
    if kind in reading.vocabulary.jobs or kind == DEFAULT_KIND:
        return []
    port = reading.vocabulary.ports.get(kind)
    return None if port is None else [port]


def _wrong(reading: Reading, name: str, what: str, hint: str) -> None:
    reading.findings.at_value(("exports", name), what, hint)
