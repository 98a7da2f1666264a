"""The report: events folded into one value, its exit code, and the JSON that scripts rely on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from envcheck.core import events as ev
from envcheck.core.document import to_json
from envcheck.core.errors import (
    EngineUnusable,
    EnvcheckError,
    ExitCode,
    Fix,
    ObjectConflict,
    ObjectMissing,
    ProfileInvalid,
    RegistryUnreachable,
    StepFailed,
    UsageError,
)
from envcheck.core.report import Report, fold

if TYPE_CHECKING:
    from envcheck.core.events import Event, Status

READY = ev.ServiceReady(
    "db",
    image="postgres:17.11",
    digest="sha256:1",
    source="registry",
    container="shop-db",
    endpoint="127.0.0.1:5432",
    version="17.11",
    product="PostgreSQL",
    seconds=1.23456,
)
FAILED = ev.ServiceFailed("db", "service.exited", "shop-db", "exited with code 1", 0.5)
CHANGE = ev.Change("created", "volume", "shop_db-data")


def result(status: Status, id: str = "a.b") -> ev.Checked:
    return ev.Checked(ev.Result(id, "a check", status, "said so"))


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ([], ExitCode.OK),
        ([result("pass"), result("warn", "w"), result("skip", "s"), READY], ExitCode.OK),
        ([result("fail")], ExitCode.UNHEALTHY),
        ([result("error")], ExitCode.UNUSABLE),
        ([result("error"), result("fail", "f")], ExitCode.UNHEALTHY),
        ([FAILED], ExitCode.UNHEALTHY),
        ([ev.ServiceSkipped("web", "db")], ExitCode.OK),
        ([ev.Failed("usage", "no", 2)], ExitCode.INVALID),
        ([ev.Failed("docker.not-running", "no", 3)], ExitCode.UNUSABLE),
        ([ev.Failed("image.build-failed", "no", 4)], ExitCode.FAILED),
        ([ev.Failed("bug", "no", 70)], ExitCode.BUG),
        ([ev.Failed("interrupted", "no", 130)], ExitCode.INTERRUPTED),
        ([ev.LeftBehind("volume", "v", "why")], ExitCode.INCOMPLETE),
        ([ev.Kept("volume", "v", "why")], ExitCode.OK),
        ([result("fail"), ev.LeftBehind("volume", "v", "why")], ExitCode.INCOMPLETE),
        ([ev.LeftBehind("volume", "v", "why"), ev.Failed("x", "no", 4)], ExitCode.FAILED),
        ([result("fail"), ev.Failed("x", "no", 3)], ExitCode.UNUSABLE),
    ],
)
def test_the_exit_code_follows_from_what_happened(events: list[Event], code: ExitCode) -> None:
    report = fold(events)
    assert report.exit_code is code
    assert to_json(report)["exit_code"] == int(code)
    assert to_json(report)["outcome"] == code.name.lower()


def test_every_exit_code_has_its_number_and_word() -> None:
    """Part of the contract with scripts."""
    assert {code.outcome: int(code) for code in ExitCode} == {
        "ok": 0,
        "unhealthy": 1,
        "invalid": 2,
        "unusable": 3,
        "failed": 4,
        "incomplete": 5,
        "bug": 70,
        "interrupted": 130,
    }


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError, ExitCode.INVALID),
        (ProfileInvalid, ExitCode.INVALID),
        (EngineUnusable, ExitCode.UNUSABLE),
        (StepFailed, ExitCode.FAILED),
        (ObjectMissing, ExitCode.FAILED),
        (ObjectConflict, ExitCode.FAILED),
        (RegistryUnreachable, ExitCode.FAILED),
        (EnvcheckError, ExitCode.BUG),
    ],
)
def test_every_kind_of_error_means_one_exit_code(
    error: type[EnvcheckError], code: ExitCode
) -> None:
    assert error.exit_code is code


def test_a_verdict_after_a_fix_takes_the_place_of_the_first() -> None:
    report = fold([result("fail"), result("pass", "other"), result("pass")])
    assert [(r.id, r.status) for r in report.results] == [("other", "pass"), ("a.b", "pass")]
    assert report.exit_code is ExitCode.OK


def test_a_service_is_what_was_last_said_of_it() -> None:
    assert fold([READY, FAILED]).services["db"].state == "failed"
    assert fold([FAILED, READY]).services["db"].state == "ready"
    assert fold([ev.ServiceSkipped("db", "x")]).services["db"].state == "skipped"


def test_the_envelope_holds_all_that_happened() -> None:
    engine = ev.EngineInfo("unix:///x", "default", "docker", "28.5.2", "1.51")
    fix = Fix("do this", ("one", "two"), destructive=True)
    verdict = ev.Result("a.b", "a check", "warn", "hm", 0.4444, ("line",), fix)
    report = fold(
        [
            ev.Started("up", "shop", "shop-two"),
            ev.EngineFound(engine),
            ev.Section("Services"),
            ev.Checked(verdict),
            ev.Changed(CHANGE),
            ev.Changed(ev.Change("removed", "image", "x:1", "it is old", 5)),
            ev.ImageReady("redis:8", "local/redis:8", "recipe", "sha256:2", 1.0, "a note"),
            ev.ServiceProgress("db", "starting", "no answer"),
            READY,
            ev.Kept("volume", "v", "why"),
            ev.WouldRemove("network", "n"),
            ev.Freed(1234),
            ev.Note("by the way"),
        ]
    )
    data = to_json(report)
    assert json.loads(json.dumps(data)) == data
    assert data["schema"] == "envcheck.report/1"
    assert (data["command"], data["profile"], data["instance"]) == ("up", "shop", "shop-two")
    assert data["engine"] == {
        "endpoint": "unix:///x",
        "chosen_by": "default",
        "kind": "docker",
        "version": "28.5.2",
        "api": "1.51",
    }
    (checked,) = data["results"]
    assert {key: checked[key] for key in ("id", "status", "seconds", "evidence", "fix")} == {
        "id": "a.b",
        "status": "warn",
        "seconds": 0.444,
        "evidence": ["line"],
        "fix": {"text": "do this", "commands": ["one", "two"], "destructive": True},
    }
    assert data["changes"] == [
        {"action": "created", "kind": "volume", "name": "shop_db-data"},
        {"action": "removed", "kind": "image", "name": "x:1", "cause": "it is old", "bytes": 5},
    ]
    assert data["services"]["db"] == {
        "state": "ready",
        "image": "postgres:17.11",
        "digest": "sha256:1",
        "source": "registry",
        "container": "shop-db",
        "endpoint": "127.0.0.1:5432",
        "version": "17.11",
        "ready_seconds": 1.235,
        "because": "",
    }
    assert data["images"]["redis:8"]["reference"] == "local/redis:8"
    assert data["kept"] == [{"kind": "volume", "name": "v", "reason": "why"}]
    assert data["would_remove"] == [{"kind": "network", "name": "n", "size": None, "note": ""}]
    assert data["left_behind"] == []
    assert data["bytes_freed"] == 1234
    assert data["error"] is None


def test_an_error_is_told_whole() -> None:
    failed = ev.Failed("docker.port-taken", "no port", 4, ("raw text",), Fix("stop it"))
    assert to_json(fold([failed]))["error"] == {
        "id": "docker.port-taken",
        "what": "no port",
        "evidence": ["raw text"],
        "fix": {"text": "stop it", "commands": [], "destructive": False},
    }


def test_an_empty_report_has_every_field() -> None:
    """A script may read any of them without looking first."""
    fields = {
        *["schema", "command", "profile", "instance", "outcome", "exit_code", "seconds", "engine"],
        *["results", "services", "changes", "left_behind"],
    }
    assert fields <= set(to_json(Report()))


def test_secrets_among_the_connection_variables_are_no_part_of_it() -> None:
    event = ev.Connect({"DATABASE_URL": "postgresql://a:hunter2@h/d"}, {"DATABASE_URL": "…"})
    assert "hunter2" not in json.dumps(to_json(fold([event])))
    assert "hunter2" not in repr(event)
