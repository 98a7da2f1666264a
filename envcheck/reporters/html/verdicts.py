"""Services in a table, and every verdict, grouped by what it is about. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core import figures
from envcheck.reporters.html.elements import (
    NOTHING,
    Html,
    element,
    join,
    lines,
    section,
    table,
    text,
)
from envcheck.reporters.html.failures import evidence_of, fix_of
from envcheck.reporters.telling import ENDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.events import Result, Status
    from envcheck.core.report import Report, ServiceReport

_SIGNS: Mapping[Status, tuple[str, str, str]] = {
    "pass": ("✓", "passed", "good"),
    "warn": ("!", "to look at", "look"),
    "fail": ("✗", "failed", "stop"),
    "error": ("✗", "could not be carried out", "stop"),
    "skip": ("–", "skipped", "grey"),  # noqa: RUF001 - the dash is meant
}
_STATES = {"ready": "good", "done": "good", "failed": "stop", "skipped": "grey"}
_GROUPS = {
    "docker": "Docker",
    "host": "This machine",
    "machine": "This machine",
    "registry": "Registry",
    "tool": "Tools",
    "tools": "Tools",
}
_WORTH_TELLING = 0.1


def services_section(report: Report) -> Html:
    """The services as they ended up, in the profile's order; nothing where there are none."""
    if not report.services:
        return NOTHING
    titles = ["service", "state", "image", "source", "version", "endpoint", "ready in"]
    places = [*report.source.places] if report.source else []
    names = sorted(report.services, key=lambda n: places.index(n) if n in places else -1)
    rows = [_service(name, report.services[name]) for name in names]
    return section("Services", table(titles, rows, figures=("ready in",), class_="wide"))


def _service(name: str, service: ServiceReport) -> list[Html]:
    because = f": needs {service.because}" if service.because else ""
    state = element("span", text(service.state + because), class_=_STATES.get(service.state))
    digest = element("code", text(service.digest), class_="digest") if service.digest else NOTHING
    image = join(element("span", text(service.image)), digest)
    seconds = service.ready_seconds
    return [
        text(name),
        state,
        element("span", image) if service.image else NOTHING,
        text(service.source),
        text(service.version),
        element("code", text(service.endpoint), class_="endpoint") if service.endpoint else NOTHING,
        text("" if seconds is None else figures.exactly(seconds)),
    ]


def verdicts_section(report: Report, program: str) -> Html:
    """Every verdict, or nothing where there are none."""
    groups: dict[str, list[Result]] = {}
    for result in report.results:
        groups.setdefault(_group(result), []).append(result)
    shown = [_shown(title, results, program) for title, results in groups.items()]
    return section("Verdicts", *shown) if shown else NOTHING


def _group(result: Result) -> str:
    """What a verdict is about: a service by its name, or the machine."""
    first, _, rest = result.id.partition(".")
    if first == "service" and rest:
        return rest.rpartition(".")[0] or rest
    return _GROUPS.get(first, first.capitalize())


def _shown(title: str, results: list[Result], program: str) -> Html:
    entries = element("ul", lines(*(_verdict(r, program) for r in results)), class_="verdicts")
    return element("div", lines(element("h3", text(title)), entries), class_="group")


def _verdict(result: Result, program: str) -> Html:
    sign, word, look = _SIGNS[result.status]
    # Those who hear the page hear the word, those who see it see the sign.
    mark = element("span", text(sign), aria_hidden="true")
    said = element("span", text(word), class_="unseen")
    took = figures.exactly(result.seconds) if result.seconds >= _WORTH_TELLING else ""
    return element(
        "li",
        element("span", mark, said, class_=f"sign {look}"),
        element("span", text(result.title)),
        element("span", text(result.summary), class_="summary"),
        element("span", text(took), class_="figure small"),
        _more(result, program),
    )


def _more(result: Result, program: str) -> Html:
    """Evidence and fix, where the verdict is not good and nothing above has told them."""
    told = result.id.startswith("service.") and result.id.endswith(ENDS)
    if result.status in ("pass", "skip") or told:
        return NOTHING
    parts = lines(fix_of(result.fix, program), evidence_of(result.evidence))
    return element("div", parts, class_="more") if parts else NOTHING
