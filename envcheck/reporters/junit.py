"""The report as JUnit XML, as Jenkins, GitLab and others read it: every verdict is a test case.

The grammar is that of the Jenkins xunit plugin (its junit-10.xsd, which the tests hold). A warning
passes, with its text in ``system-out``, since JUnit knows no warnings.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import timezone
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from envcheck.core.events import Result
from envcheck.reporters.outside import Outside
from envcheck.reporters.telling import ENDS, about, of_failure, of_result

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envcheck.core.events import Failed, ServiceFailed, Status
    from envcheck.core.report import Report, ServiceReport
    from envcheck.reporters.made import Made

_VERDICTS: Mapping[Status, str] = {"fail": "failure", "error": "error", "skip": "skipped"}
_STATES: Mapping[str, Status] = {"failed": "fail", "skipped": "skip", "unfinished": "error"}
# XML 1.0, section 2.2: no other characters may stand in a document, not even as references.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document(report: Report, made: Made) -> str:
    """The document's text."""
    shown = Outside().report(report)
    results = [*_results(shown)]
    root = Element("testsuites", {"name": "envcheck", **_totals(results, report.seconds)})
    suite = SubElement(root, "testsuite", _heading(shown, results, made))
    _properties(suite, shown)
    for result in results:
        suite.append(_case(result, shown, made.program))
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'


def _results(report: Report) -> Iterator[Result]:
    """Every verdict, also on services of whose readiness no check tells, and on the task itself."""
    yield from report.results
    told = {result.id for result in report.results}
    for name, service in report.services.items():
        if not told & {f"service.{name}.{end}" for end in ENDS}:
            yield _of_service(name, service)
    if report.error is not None:
        yield _of_task(report.error, report)


def _of_service(name: str, service: ServiceReport) -> Result:
    because = f": needs {service.because}" if service.because else ""
    status = _STATES.get(service.state, "pass")
    summary = f"{service.state}{because}"
    seconds = service.ready_seconds or 0.0
    return Result(f"service.{name}.ready", f"{name} ready", status, summary, seconds)


def _of_task(error: Failed, report: Report) -> Result:
    title = f"{report.command or 'the task'} could be carried out"
    evidence, fix = error.evidence, error.fix
    return Result("task", title, "error", error.what, evidence=evidence, fix=fix, fault=error.id)


def _totals(results: list[Result], seconds: float) -> dict[str, str]:
    found = Counter(result.status for result in results)
    return {
        "tests": str(len(results)),
        "failures": str(found["fail"]),
        "errors": str(found["error"]),
        "time": _time(seconds),
    }


def _heading(report: Report, results: list[Result], made: Made) -> dict[str, str]:
    name = " ".join(filter(None, ("envcheck", report.command, report.instance or report.profile)))
    skipped = sum(result.status == "skip" for result in results)
    begun = made.began.astimezone(timezone.utc).replace(tzinfo=None)
    return {
        "name": _clean(name),
        **_totals(results, report.seconds),
        "skipped": str(skipped),
        "timestamp": begun.isoformat(timespec="seconds"),
        "hostname": _clean(made.host),
    }


def _properties(suite: Element, report: Report) -> None:
    engine = report.engine
    known = {
        "profile": report.profile,
        "instance": report.instance,
        "outcome": report.exit_code.outcome,
        "engine": f"{engine.kind} {engine.version}" if engine else "",
        "endpoint": engine.endpoint if engine else "",
    }
    properties = SubElement(suite, "properties")
    for name, value in known.items():
        if value:
            SubElement(properties, "property", {"name": name, "value": _clean(value)})


def _case(result: Result, report: Report, program: str) -> Element:
    failure = _failure_of(result, report)
    seconds = failure.seconds if failure and not result.seconds else result.seconds
    case = Element(
        "testcase",
        {
            "name": _clean(result.title or result.id),
            "classname": _clean(f"envcheck.{result.id}"),
            "time": _time(seconds),
        },
    )
    details = of_failure(failure, program) if failure else of_result(result, program)
    if result.status in _VERDICTS:
        about = {"type": _clean(result.fault or result.id), "message": _clean(result.summary)}
        SubElement(case, _VERDICTS[result.status], about).text = _clean("\n".join(details))
    else:
        SubElement(case, "system-out").text = _clean("\n".join([result.summary, *details]))
    if failure and failure.logs:
        SubElement(case, "system-err").text = _clean("\n".join(failure.logs))
    return case


def _failure_of(result: Result, report: Report) -> ServiceFailed | None:
    """What was captured of the service whose readiness a result is about."""
    return next((f for f in report.failures if about(f, result)), None)


def _time(seconds: float) -> str:
    return f"{max(seconds, 0.0):.3f}"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
