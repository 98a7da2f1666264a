"""The top of the page: how the run ended, in one sentence, and a few figures. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from envcheck.core.errors import ExitCode
from envcheck.reporters.html.elements import NOTHING, Html, element, join, lines, text
from envcheck.reporters.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.core.report import Report
    from envcheck.reporters.made import Made
    from envcheck.reporters.sentence import Tone

_SIGNS: dict[Tone, str] = {"good": "✓", "look": "!", "stop": "✗"}
_SUMMED_UP = (ExitCode.INTERRUPTED, ExitCode.UNHEALTHY)


def headline(report: Report, made: Made) -> tuple[str, str, Tone]:
    """The one sentence, what there is to say after it, and whether it is good."""
    said, tone = Sentence(report, made.program).words()
    said = " ".join(said.split())
    if report.error is not None and report.exit_code not in _SUMMED_UP:
        return report.error.what, said, tone
    first, stop, rest = said.partition(". ")
    if not first:
        first = f"{report.command or 'The run'}: {report.exit_code.outcome}"
    return first + stop.strip(), " ".join(filter(None, (_cause(report), rest))), tone


def _cause(report: Report) -> str:
    """What happened to the service that failed first."""
    if not report.failures:
        return ""
    first = report.failures[0]
    return f"{first.service}: {first.summary.rstrip('.')}."


def title(report: Report, made: Made) -> str:
    """What the browser's tab says."""
    first, _, tone = headline(report, made)
    return f"{_SIGNS[tone]} {_name(report)}: {first}"


def banner(report: Report, made: Made) -> Html:
    """The top of the page."""
    first, rest, tone = headline(report, made)
    sign = element("span", text(_SIGNS[tone] + " "), class_="sign", aria_hidden="true")
    after = element("p", text(rest)) if rest else NOTHING
    return lines(
        element(
            "div",
            element("p", text(f"envcheck {_name(report)}"), class_="overline"),
            element("h1", sign, text(first)),
            after,
            class_=f"banner {tone}",
        ),
        _chips(report),
    )


def _name(report: Report) -> str:
    names = [report.command, report.profile]
    if report.instance not in ("", report.profile):
        names.append(f"as {report.instance}")
    return " ".join(filter(None, names))


def _chips(report: Report) -> Html:
    chips = [element("li", text(said), class_=look) for said, look in _counts(report)]
    return element("ul", join(*chips), class_="chips") if chips else NOTHING


def _counts(report: Report) -> Iterator[tuple[str, str]]:
    states = Counter(service.state for service in report.services.values())
    looks = {"failed": "stop", "skipped": "look", "ready": "good", "done": "good"}
    for state, look in looks.items():
        if states[state]:
            noun = "service" if states[state] == 1 else "services"
            yield f"{states[state]} {noun} {state}", look
    verdicts = Counter(result.status for result in report.results)
    for status, words, look in (
        ("fail", "failed", "stop"),
        ("error", "could not be carried out", "stop"),
        ("warn", "to look at", "look"),
        ("skip", "skipped", ""),
        ("pass", "passed", "good"),
    ):
        if verdicts[status]:  # type: ignore[index] # the statuses, as a Counter has them
            number = verdicts[status]  # type: ignore[index]
            yield f"{number} {'check' if number == 1 else 'checks'} {words}", look
