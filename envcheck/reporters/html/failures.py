"""What went wrong: each failure with what was captured of it, and what to type next. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core import figures
from envcheck.reporters.calling import as_called
from envcheck.reporters.html.elements import (
    NOTHING,
    Html,
    element,
    facts,
    lines,
    pre,
    section,
    text,
)
from envcheck.reporters.telling import state_of, untold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from envcheck.core.errors import Fix
    from envcheck.core.events import Failed, ServiceFailed
    from envcheck.core.report import Report


def failures_section(report: Report, program: str) -> Html:
    """The section, or nothing where nothing failed."""
    cards = [_service(failure, program) for failure in report.failures]
    if report.error is not None and not _told(report.error, report):
        cards.append(_error(report.error, program))
    return section("What went wrong", *cards) if cards else NOTHING


def _told(error: Failed, report: Report) -> bool:
    """Whether a verdict or a service tells the same."""
    faults = {result.fault for result in report.results}
    return error.id in faults | {failure.id for failure in report.failures}


def _service(failure: ServiceFailed, program: str) -> Html:
    told = "\n".join((failure.summary, *failure.evidence))
    return _card(
        failure.service,
        failure.summary,
        facts(
            ("state", text(untold(state_of(failure), failure.summary))),
            ("last answer", text(untold(failure.heard, told))),
            ("failed after", text(figures.exactly(failure.seconds))),
            ("container", element("code", text(failure.container))),
            ("fault", element("code", text(failure.id))),
        ),
        fix_of(failure.fix, program),
        evidence_of(failure.evidence),
        _block("Last lines of its log", pre("\n".join(failure.logs), name="log"))
        if failure.logs
        else NOTHING,
    )


def _error(error: Failed, program: str) -> Html:
    return _card(
        "",
        error.what,
        facts(("fault", element("code", text(error.id)))),
        fix_of(error.fix, program),
        evidence_of(error.evidence),
    )


def _card(name: str, summary: str, *parts: Html) -> Html:
    who = element("span", text(f"{name}: ")) if name else NOTHING
    heading = element("h3", who, element("span", text(summary), class_="stop"))
    return element("article", lines(heading, *parts), class_="card stop-edge")


def fix_of(fix: Fix | None, program: str) -> Html:
    """What to do, with commands to copy: each in a box of its own that one click selects."""
    if fix is None:
        return NOTHING
    advice = [element("p", text(as_called(row, program))) for row in _rows([fix.text])]
    if fix.destructive:
        advice.append(element("p", text("This loses data."), class_="warning"))
    commands = [
        pre(as_called(command, program), name="command to copy", class_="command")
        for command in fix.commands
    ]
    return _block("What to do", *advice, *commands)


def evidence_of(evidence: Sequence[str]) -> Html:
    """From what it was told."""
    if not evidence:
        return NOTHING
    return _block("Evidence", pre("\n".join(_rows(evidence)), name="evidence"))


def _block(name: str, *parts: Html) -> Html:
    return element("div", lines(element("p", text(name), class_="name"), *parts), class_="block")


def _rows(texts: Iterable[str]) -> list[str]:
    return [row.rstrip() for text_ in texts for row in text_.splitlines() if row.strip()]
