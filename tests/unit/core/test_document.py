"""What the JSON document says of failures and of the timeline."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from envcheck.core import events as ev
from envcheck.core.document import to_json
from envcheck.core.errors import Fix
from envcheck.core.lanes import timeline
from envcheck.core.report import Report, fold
from envcheck.core.texts import with_texts
from tests.unit.core.timings import Job, carried_out

FAILED = ev.ServiceFailed(
    service="db",
    id="service.exited",
    container="shop-db",
    summary="exited with code 3",
    seconds=0.51234,
    evidence=("seen",),
    logs=("said",),
    fix=Fix("read it", ("docker logs shop-db",)),
    state="exited",
    exit_code=3,
    meaning="",
    heard="connection refused",
)
READY = ev.ServiceReady("db", *("",) * 2, "build", *("",) * 4, seconds=2.0)


def test_a_failure_is_told_with_all_that_was_captured() -> None:
    (failure,) = to_json(fold([FAILED]))["failures"]
    assert failure == {
        "service": "db",
        "id": "service.exited",
        "container": "shop-db",
        "summary": "exited with code 3",
        "seconds": 0.512,
        "state": "exited",
        "exit_code": 3,
        "meaning": "",
        "heard": "connection refused",
        "evidence": ["seen"],
        "logs": ["said"],
        "fix": {"text": "read it", "commands": ["docker logs shop-db"], "destructive": False},
    }


def test_failures_stand_in_their_order_and_only_while_they_hold() -> None:
    other = replace(FAILED, service="web")
    names = [f.service for f in fold([FAILED, other, READY]).failures]
    assert names == ["web"]
    names = [f.service for f in fold([other, READY, FAILED]).failures]
    assert names == ["web", "db"]


def test_a_skipped_service_says_because_of_what() -> None:
    services = to_json(fold([ev.ServiceSkipped("web", "db")]))["services"]
    assert (services["web"]["state"], services["web"]["because"]) == ("skipped", "db")


def test_the_timeline_holds_lanes_and_the_critical_path() -> None:
    jobs = [Job(1, (), 2, "db", "AwaitReady"), Job(2, (1,), 1, "web", "StartContainer")]
    timed, over = carried_out("services", jobs, 1)
    data = to_json(Report(timeline=timeline(timed, over)))["timeline"]
    assert json.loads(json.dumps(data)) == data
    assert data["seconds"] == 4
    assert data["critical_path"] == [
        {"name": "db", "phase": "verify", "begin": 1, "end": 3},
        {"name": "web", "phase": "start", "begin": 3, "end": 4},
    ]
    web = data["lanes"][1]
    assert (web["kind"], web["name"], web["needs"]) == ("service", "web", ["db"])
    assert web["phases"] == [
        {"name": "wait", "begin": 1, "end": 3, "critical": False, "needs": ["db"]},
        {"name": "start", "begin": 3, "end": 4, "critical": True, "needs": []},
    ]


def test_both_are_there_where_there_is_nothing_to_tell() -> None:
    data = to_json(Report())
    assert data["failures"] == []
    assert data["timeline"] == {"seconds": 0, "lanes": [], "critical_path": []}


@dataclass(frozen=True)
class Nested:
    """A value with texts at every depth."""

    text: str
    number: int
    inner: Nested | None = None
    many: tuple[str, ...] = ()


def test_every_text_in_a_value_is_changed_and_nothing_else() -> None:
    value = Nested("a", 1, Nested("b", 2), ("c", "d"))
    changed = with_texts(value, lambda text, field: f"{text}@{field}")
    assert changed == Nested("a@text", 1, Nested("b@text", 2), ("c@many", "d@many"))
    assert with_texts({"k": ("v",)}, lambda text, _field: text * 2) == {"kk": ("vv",)}
