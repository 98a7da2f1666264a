"""How jobs and seeds are told on the console: a row each, like any service."""

from __future__ import annotations

from io import StringIO

from envcheck.core import events as ev
from envcheck.core.report import fold
from envcheck.reporters.console.page import UNICODE, Page
from envcheck.reporters.console.plain import PlainReporter
from envcheck.reporters.outside import Outside
from envcheck.run.verdicts import verdict_on

JOB = ev.ServiceDone("migrate", "node:24.21.0", "sha256:1", "local", "shop-migrate", 1.24, ("db",))


def said(*events: ev.Event, width: int = 100) -> list[str]:
    stream = StringIO()
    reporter = PlainReporter(stream, Page(width, UNICODE, bars=False), Outside("utf-8"))
    run = (ev.Started("up", "shop", "shop"), *events)
    for event in run:
        reporter.handle(event)
    reporter.finish(fold(run))
    return stream.getvalue().splitlines()


def test_a_job_is_running_and_then_done() -> None:
    lines = said(
        ev.ServiceProgress("migrate", "waiting", "for db"),
        ev.ServiceProgress("migrate", "running"),
        JOB,
        ev.Checked(verdict_on("migrate.done", "pass", "ended with 0 after 1.24 s")),
    )
    assert "  migrate  running" in lines
    assert "  migrate  done in 1.2 s    after db" in lines
    assert any(line.endswith("1 check passed, 1 job done.") for line in lines)


def test_one_that_was_done_before_says_why_it_was_not_run() -> None:
    note = "nothing that it depends on has changed"
    before = ev.ServiceDone(
        "migrate", "i", "", "local", "shop-migrate", 0.0, fresh=False, note=note
    )
    (row,) = (line for line in said(before) if "migrate" in line)
    assert row.split("   ")[0] == "  migrate  done before"
    assert row.endswith(f" {note}")
    assert all(len(line) <= 60 for line in said(before, width=60))


def test_one_that_failed_is_told_once() -> None:
    failed = ev.ServiceFailed(
        *("migrate", "service.exited", "shop-migrate", "exited with code 3", 0.4),
        logs=("no such table",),
    )
    lines = said(failed, ev.Checked(verdict_on("migrate.done", "fail", "exited with code 3")))
    assert sum("exited with code 3" in line for line in lines) == 1
    assert any("no such table" in line for line in lines)


def test_a_volume_that_was_made_anew_is_called_one() -> None:
    cause = "its seed was begun and not finished"
    lines = said(
        ev.Changed(ev.Change("removed", "volume", "shop_db-data")),
        ev.Changed(ev.Change("recreated", "volume", "shop_db-data", cause)),
    )
    assert [line for line in lines if "shop_db-data" in line] == [
        f"  volume shop_db-data recreated: {cause}"
    ]
