"""The report as Markdown, for the summary of a CI system's step. Pure.

No text from outside can become markup: in running text every sign that Markdown or HTML could take
for its own is written as a character reference, which is never read as markup (CommonMark 0.31,
section 2.5); a log stands in a block of HTML, escaped.
"""

from __future__ import annotations

import html
import re
import string
from typing import TYPE_CHECKING

from envcheck.core import figures
from envcheck.reporters.outside import Outside
from envcheck.reporters.sentence import Sentence
from envcheck.reporters.telling import of_failure, of_fix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from envcheck.core.events import Failed, Result, ServiceFailed
    from envcheck.core.report import Report

_SIGNS = {"pass": "✅", "warn": "⚠️", "fail": "❌", "error": "❌", "skip": "⏩"}
_STATES = {"ready": "✅", "done": "✅", "failed": "❌", "skipped": "⏩"}
_LOG_LINES = 20
_OTHER = "❔"
_MARKUP = re.compile(f"[{re.escape(string.punctuation)}]")


def summary(report: Report, program: str) -> list[str]:
    """The blocks: the verdict, what is known of failures, tables of services and verdicts.

    None, where a task has found and done nothing that is worth a summary.
    """
    if not (report.results or report.services or report.error or report.left_behind):
        return []
    return [
        _heading(report, program),
        *_error(report.error, program),
        *_failures(report.failures, program),
        *_services(report),
        *_results(report.results),
    ]


def document(report: Report, program: str) -> str:
    """The same as a file."""
    shown = Outside().report(report)
    return "".join(f"{block}\n\n" for block in summary(shown, program))


def _heading(report: Report, program: str) -> str:
    said, tone = Sentence(report, program).words()
    text = said or (report.error.what if report.error else "")
    sign = {"good": "✅", "look": "⚠️", "stop": "❌"}[tone]
    name = " ".join(filter(None, (report.command, report.instance or report.profile)))
    return f"### {sign} envcheck {escaped(name)}\n\n{escaped(text)}"


def _error(error: Failed | None, program: str) -> Iterator[str]:
    if error is not None:
        yield f"**{escaped(error.what)}** ({escaped(error.id)})"
        lines = [*error.evidence, *of_fix(error.fix, program)]
        if lines:
            yield _preformatted(lines)


def _failures(failures: Iterable[ServiceFailed], program: str) -> Iterator[str]:
    for failure in failures:
        head = f"{html.escape(failure.service)}: {html.escape(failure.summary)}"
        block = [
            f"<details><summary>❌ {' '.join(head.split())}</summary>",
            _preformatted(of_failure(failure, program)[1:]),
        ]
        if failure.logs:
            block += ["Last lines of its log:", _preformatted(failure.logs[-_LOG_LINES:])]
        yield "\n\n".join([*block, "</details>"])


def _services(report: Report) -> Iterator[str]:
    rows = [
        [
            _STATES.get(service.state, _OTHER),
            escaped(name),
            escaped(service.state + (f": needs {service.because}" if service.because else "")),
            escaped(service.image),
            escaped(service.version),
            escaped(service.endpoint),
            "" if service.ready_seconds is None else figures.seconds(service.ready_seconds),
        ]
        for name, service in report.services.items()
    ]
    if rows:
        yield _table(["", "service", "state", "image", "version", "endpoint", "ready in"], rows)


def _results(results: Iterable[Result]) -> Iterator[str]:
    rows = [
        [f"{_SIGNS[result.status]} {result.status}", escaped(result.title), escaped(result.summary)]
        for result in results
    ]
    if rows:
        yield _table(["", "verdict on", "found"], rows)


def _table(titles: list[str], rows: list[list[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def escaped(text: str) -> str:
    """The text as running text on one line, in which nothing is markup."""
    return _MARKUP.sub(lambda sign: f"&#{ord(sign[0])};", " ".join(text.split()))


def _preformatted(lines: Iterable[str]) -> str:
    """Lines as they are. Only ``</pre>`` could end such a block, and no ``<`` is left in them."""
    return f"<pre>{html.escape(chr(10).join(lines))}</pre>"
