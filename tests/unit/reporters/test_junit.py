"""JUnit XML: every verdict is a test case, and the file is what Jenkins accepts.

`jenkins-junit.xsd` is the grammar of the Jenkins xunit plugin (its junit-10.xsd, MIT licence), as
pytest's own tests hold it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, fromstring

import pytest
import xmlschema
from hypothesis import given, settings

from envcheck.core import events as ev
from envcheck.core.errors import Fix
from envcheck.core.report import Report, fold
from envcheck.reporters.junit import document
from tests.effort import few
from tests.unit.reporters.anything import runs
from tests.unit.reporters.made import MADE
from tests.unit.reporters.recorded import DOCTOR, INTERRUPTED, PASSWORD, PULL_FAILED, RUNS, Run
from tests.unit.reporters.stepwise import FAILED, MANY_FAILED, STEPWISE, WELL

if TYPE_CHECKING:
    from envcheck.core.events import Status

SCHEMA = xmlschema.XMLSchema(Path(__file__).with_name("jenkins-junit.xsd"))


def suite(report: Report) -> Element:
    """The suite of a report, whose document is valid."""
    text = document(report, MADE)
    SCHEMA.validate(text)
    (found,) = fromstring(text.encode())  # noqa: S314 - it is our own
    return found


def cases(report: Report) -> dict[str, Element]:
    """The test cases by the verdict's id."""
    found = suite(report).iter("testcase")
    return {case.attrib["classname"].removeprefix("envcheck."): case for case in found}


def kinds(case: Element) -> list[str]:
    return [child.tag for child in case]


def told(case: Element) -> str:
    """All text of a case."""
    return "\n".join(filter(None, (child.text for child in case)))


@pytest.mark.parametrize("run", [*RUNS, *STEPWISE], ids=lambda run: run.name)
def test_every_recorded_run_makes_a_valid_file_without_secrets(run: Run) -> None:
    text = document(run.report, MADE)
    SCHEMA.validate(text)
    assert PASSWORD not in text


@given(runs())
@settings(max_examples=few(20), deadline=None)
def test_whatever_is_in_the_events_the_file_parses_and_is_valid(run: Run) -> None:
    report = run.report
    found = suite(report)
    number = len(found.findall("testcase"))
    assert found.attrib["tests"] == str(number)
    assert number >= len(report.results)
    failed = [*found.iter("failure"), *found.iter("error")]
    assert int(found.attrib["failures"]) + int(found.attrib["errors"]) == len(failed)
    assert int(found.attrib["skipped"]) == len([*found.iter("skipped")])
    if report.error is not None:  # a run that was stopped is never green
        assert failed


@pytest.mark.parametrize(
    ("status", "child"),
    [
        ("pass", "system-out"),
        ("warn", "system-out"),
        ("fail", "failure"),
        ("error", "error"),
        ("skip", "skipped"),
    ],
)
def test_each_status_has_its_element(status: Status, child: str) -> None:
    fix = Fix("do this", ("envcheck doctor",))
    result = ev.Result("a.b", "a title", status, "so it is", 0.25, ("raw",), fix, "some.fault")
    (case,) = suite(fold([ev.Checked(result)])).iter("testcase")
    assert case.attrib == {"name": "a title", "classname": "envcheck.a.b", "time": "0.250"}
    assert kinds(case) == [child]
    text = told(case) + case[0].attrib.get("message", "")
    for part in ("so it is", "raw", "do this", "./inv doctor"):
        assert part in text, part
    if child != "system-out":
        assert case[0].attrib == {"type": "some.fault", "message": "so it is"}


def test_a_service_that_failed_has_all_that_was_captured_and_its_log() -> None:
    case = cases(FAILED.report)["service.db.ready"]
    assert case.attrib["time"] == "0.400"
    assert kinds(case) == ["failure", "system-err"]
    assert "state: exited with code 1" in (case[0].text or "")
    assert "last answer: connection refused" in (case[0].text or "")
    log = case[1].text or ""
    assert "FATAL:  database files are incompatible" in log
    assert "\x1b" not in log
    assert "[31m" not in log


def test_services_without_a_verdict_of_their_own_are_cases_too() -> None:
    found = cases(FAILED.report)
    assert kinds(found["service.web.ready"]) == ["skipped"]
    assert found["service.web.ready"][0].attrib["message"] == "skipped: needs db"
    assert kinds(found["service.cache.ready"]) == ["system-out"]
    failed = {name for name, case in cases(MANY_FAILED.report).items() if "failure" in kinds(case)}
    assert failed == {
        f"service.{name}.ready" for name in ("cache", "worker", "mailer", "db", "web")
    }


@pytest.mark.parametrize("run", [PULL_FAILED, INTERRUPTED, DOCTOR], ids=lambda run: run.name)
def test_a_run_that_was_stopped_is_an_error(run: Run) -> None:
    case = cases(run.report)["task"]
    assert kinds(case) == ["error"]
    error = run.report.error
    assert error is not None
    assert case[0].attrib["type"] == error.id
    assert all(line in told(case) for line in error.evidence)


def test_the_suite_tells_when_where_and_of_what() -> None:
    found = suite(replace(WELL.report, seconds=1234.5678))
    assert found.attrib["name"] == "envcheck up webapp"
    assert found.attrib["timestamp"] == "2026-11-23T09:14:02"  # in UTC
    assert found.attrib["hostname"] == "annas-laptop"
    assert found.attrib["time"] == "1234.568"
    properties = {p.attrib["name"]: p.attrib["value"] for p in found.iter("property")}
    assert properties["outcome"] == "ok"
    assert properties["engine"] == "docker 28.5.2"


def test_a_character_that_xml_forbids_is_replaced_wherever_it_stands() -> None:
    bad = "a\x00b\x0bc\ufffed\ud800e"
    event = ev.Checked(ev.Result("a.b", bad, "fail", bad, fault=bad))
    (case,) = suite(fold([ev.Started("up", bad, bad), event])).iter("testcase")
    assert "a" in case.attrib["name"]
