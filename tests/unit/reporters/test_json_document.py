"""With --json, stdout holds exactly one JSON document."""

from __future__ import annotations

import json
from io import BytesIO, StringIO, TextIOWrapper

import pytest

from envcheck.core.document import to_json
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
