"""Progress as JSON lines: the form that docs/progress.md names, whatever happens."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envcheck.core import events as ev
from envcheck.core.report import fold
from envcheck.reporters.json_lines import SCHEMA, JsonLinesReporter, line_of
from tests.effort import few
from tests.unit.reporters.anything import EVENTS

DOCUMENT = Path(__file__).parents[3] / "docs" / "progress.md"


def told(*events: ev.Event) -> list[dict[str, object]]:
    stream = io.StringIO()
    reporter = JsonLinesReporter(stream)
    for event in events:
        reporter.handle(event)
    reporter.finish(fold(events))
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_run_line_by_line() -> None:
    assert told(
        ev.Started("up", "shop", "shop-2"),
        ev.Section("Images"),
        ev.ImageProgress("redis:8.0.2", "pulling", 10, 100),
        ev.ImageReady("redis:8.0.2", "redis:8.0.2", "registry", "sha256:1", 1.23456, fresh=True),
        ev.ServiceProgress("cache", "waiting", "for db"),
        ev.ServiceSkipped("cache", "db"),
    ) == [
        {
            "event": "started",
            "schema": SCHEMA,
            "command": "up",
            "profile": "shop",
            "instance": "shop-2",
        },
        {"event": "image", "image": "redis:8.0.2", "phase": "pulling", "done": 10, "total": 100},
        {
            "event": "image-ready",
            "image": "redis:8.0.2",
            "source": "registry",
            "digest": "sha256:1",
            "fresh": True,
            "seconds": 1.235,
            "note": "",
        },
        {"event": "service", "service": "cache", "state": "waiting", "detail": "for db"},
        {"event": "service", "service": "cache", "state": "skipped", "detail": "db"},
        {"event": "finished", "outcome": "ok", "exit_code": 0},
    ]


def test_passwords_in_what_others_say_are_blanked() -> None:
    (line, _) = told(ev.Note("no answer from https://ann:secret@registry.example/v2/"))
    assert line["text"] == "no answer from https://ann:•••@registry.example/v2/"


def test_the_document_names_every_event_and_key_and_no_other() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*?) \|", DOCUMENT.read_text(), re.MULTILINE)
    documented = {name: set(re.findall(r"`([a-z_]+)`", keys)) for name, keys in rows}
    seen: dict[str, set[str]] = {}
    for event in _each_kind():
        if data := line_of(event):
            seen.setdefault(str(data["event"]), set()).update(data.keys() - {"event"})
    seen["finished"] = {"outcome", "exit_code"}
    assert documented == seen


def test_the_documents_examples_are_lines() -> None:
    text = DOCUMENT.read_text()
    lines = text.partition("```json\n")[2].partition("```")[0].splitlines()
    assert [json.loads(line)["event"] for line in lines] == [
        "started",
        "image",
        "image",
        "image-ready",
        "service",
        "finished",
    ]
    assert json.loads(lines[0])["schema"] == SCHEMA


def _each_kind() -> list[ev.Event]:
    return [
        ev.Started("up"),
        ev.ImageProgress("a", "pulling"),
        ev.ImageReady("a", "a", "local", "", 0.0),
        ev.ServiceProgress("s", "waiting"),
        ev.ServiceReady("s", "a", "", "local", "c", "", "", "", 0.0),
        ev.ServiceDone("s", "a", "", "local", "c", 0.0),
        ev.ServiceFailed("s", "id", "c", "", 0.0),
        ev.ServiceSkipped("s", "t"),
        ev.Note("text"),
        ev.Failed("id", "what", 4),
    ]


@settings(max_examples=few(15))
@given(st.lists(EVENTS, max_size=8))
def test_whatever_happens_each_line_is_an_object_with_its_event(events: list[ev.Event]) -> None:
    lines = told(*events)
    assert all(isinstance(line["event"], str) for line in lines)
    assert lines[-1]["event"] == "finished"


@pytest.mark.parametrize("event", [ev.Section("Images"), ev.CheckStarted("a", "b"), ev.Freed(1)])
def test_what_is_no_work_has_no_line(event: ev.Event) -> None:
    assert line_of(event) is None
