"""With --json, stdout holds exactly one JSON document."""

from __future__ import annotations

import json
from io import BytesIO, StringIO, TextIOWrapper

import pytest

from envcheck.core import events as ev
from envcheck.core.document import to_json
from envcheck.core.report import Report
from envcheck.reporters import json_document
from envcheck.reporters.json_document import JsonReporter
from tests.unit.reporters.recorded import PASSWORD, RUNS, Run


def document(run: Run) -> str:
    stream = StringIO()
    reporter = JsonReporter(stream)
    for event in run.events:
        reporter.handle(event)
    assert stream.getvalue() == "", "nothing is written before the end"
    reporter.finish(run.report)
    return stream.getvalue()


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.name)
def test_the_stream_holds_one_document_with_the_whole_report(run: Run) -> None:
    text = document(run)
    assert json.loads(text) == to_json(run.report)
    assert text.endswith("}\n")
    assert '\n  "command": ' in text
    assert PASSWORD not in text


def test_the_document_is_utf8_whatever_the_locale() -> None:
    raw = BytesIO()
    stream = TextIOWrapper(raw, encoding="ascii")
    run = RUNS[0]
    JsonReporter(stream).finish(run.report)
    assert "contains “Hello from Docker!”" in raw.getvalue().decode("utf-8")


def test_no_log_commands_the_runner_that_reads_along() -> None:
    said = "##[set-output name=tag]x"
    failure = ev.ServiceFailed("db", "service.exited", "c", said, 0.1, logs=(said,))
    text = json_document.document(Report(failures=(failure,)))
    assert "##[" not in text
    assert json.loads(text)["failures"][0]["logs"] == [said]
