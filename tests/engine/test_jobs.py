"""Jobs: run once and in their order, again for a reason, and to one end however killed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.engine.conftest import INSTANCE, Docker
from tests.engine.database import HERE, VOLUME, Shop

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.cli import Cli, Ran

pytestmark = pytest.mark.engine
JOB = f"{INSTANCE}-migrate"
TABLE = "CREATE TABLE IF NOT EXISTS runs (word text)"
RUN = "INSERT INTO runs VALUES ('run')"
RUNS = "SELECT count(*) FROM runs"


def job(*statements: str, more: str = "") -> str:
    """The service ``migrate``, whose command is these statements."""
    words = ["psql", "-h", "db", "-U", "app", "-v", "ON_ERROR_STOP=1"]
    words += [word for statement in statements for word in ("-c", statement)]
    return (
        "  migrate:\n    kind: job\n    image: postgres:17.11\n"
        "    environment: {PGPASSWORD: hunter2}\n"
        f"    command: {_yaml(words)}\n    depends_on: [db]\n{more}"
    )


def _yaml(words: list[str]) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"


AFTER = "  cache: {image: 'redis:8.0.2', ports: [], depends_on: [migrate]}\n"


@pytest.fixture
def shop(cli: Cli, docker: Docker) -> Shop:
    """A database, a job on it, and a service that waits for the job."""
    found = Shop(cli, docker)
    found.write(others=job(TABLE, RUN) + AFTER)
    return found


def states(ran: Ran) -> dict[str, str]:
    return {name: service["state"] for name, service in ran.report["services"].items()}


def moment(docker: Docker, container: str, which: str) -> datetime:
    (text,) = docker("inspect", "-f", f"{{{{.State.{which}}}}}", container)
    return datetime.fromisoformat(text.rstrip("Z")[:26])


def records(state: Path) -> list[tuple[str, str]]:
    (path,) = (state / "envcheck" / "engines").glob("*/ledger.sqlite3")
    with closing(sqlite3.connect(path)) as ledger:
        rows = ledger.execute("SELECT instance, service FROM jobs").fetchall()
    return [(instance, service) for instance, service in rows if instance == INSTANCE]


def test_a_job_is_run_once_and_again_for_each_reason(
    shop: Shop, docker: Docker, state: Path
) -> None:
    before = set(docker("volume", "ls", "-q"))
    planned = shop.cli("plan", *HERE).out
    assert f"docker create --name {JOB} " in planned
    assert f"docker start {JOB}\n" in planned
    assert f"docker wait {JOB}\n" in planned
    assert "hunter2" not in planned

    up = shop.up()
    assert up.code == 0, up.out
    assert states(up) == {"db": "ready", "migrate": "done", "cache": "ready"}
    assert up.verdicts()["service.migrate.done"] == "pass"
    assert shop.query(RUNS) == ["1"]
    assert docker("inspect", "-f", "{{len .Mounts}}", JOB) == ["1"]
    assert moment(docker, f"{INSTANCE}-cache", "StartedAt") > moment(docker, JOB, "FinishedAt")

    text = " ".join(shop.cli("up", *HERE).out.split())
    assert "migrate done before nothing that it depends on has changed" in text
    assert "Nothing changed: " in text
    assert shop.cli("plan", *HERE).out.startswith("# nothing to do")

    check = shop.cli("check", *HERE, "--json")
    assert check.code == 0, check.out
    assert check.verdicts()["service.migrate.done"] == "pass"
    assert states(check)["migrate"] == "done"

    assert shop.cli("down", *HERE).code == 0
    # The job's image declares a volume: what it had without a name is gone with its container.
    assert set(docker("volume", "ls", "-q")) - before == {VOLUME, f"{INSTANCE}_cache-data"}
    back = shop.up()
    assert back.code == 0
    assert states(back)["migrate"] == "done"
    assert not [c for c in back.report["changes"] if c["name"] == JOB]
    assert shop.query(RUNS) == ["1"]

    shop.write(others=job(TABLE, RUN, RUN) + AFTER)
    changed = shop.up()
    assert changed.code == 0
    assert [c["name"] for c in changed.report["changes"]] == [JOB, JOB]
    assert shop.query(RUNS) == ["3"]

    assert shop.up("--rerun-jobs").code == 0
    assert shop.query(RUNS) == ["5"]
    assert shop.up().report["changes"] == []

    assert shop.cli("clean", "--yes", *HERE, "--only", "db").code == 0
    anew = shop.up()
    assert anew.code == 0, anew.out
    assert shop.query(RUNS) == ["2"]

    assert records(state) == [(INSTANCE, "migrate")]
    clean = shop.cli("clean", "--yes", *HERE, "--json")
    assert (clean.code, clean.report["left_behind"]) == (0, [])
    assert records(state) == []


def test_a_job_that_fails_skips_what_needs_it_and_is_run_again(shop: Shop, docker: Docker) -> None:
    other = "  other: {image: 'redis:8.0.2', ports: []}\n"
    shop.write(others=job(TABLE, RUN, "SELECT * FROM nowhere") + AFTER + other)
    failed = shop.up()
    assert failed.code == 1
    assert states(failed) == {
        "db": "ready", "migrate": "failed", "cache": "skipped", "other": "ready",
    }  # fmt: skip
    verdict = next(r for r in failed.report["results"] if r["id"] == "service.migrate.done")
    assert (verdict["status"], verdict["fault"]) == ("fail", "service.exited")
    assert "exited with code 1" in verdict["summary"]
    check = shop.cli("check", *HERE, "--json")
    assert check.code == 1
    assert check.verdicts()["service.migrate.done"] == "fail"

    text = shop.cli("up", *HERE).out
    assert 'relation "nowhere" does not exist' in text
    assert shop.query(RUNS) == ["2"]  # each of its statements is one of its own

    shop.write(others=job(TABLE, "SELECT pg_sleep(60)", more="    timeout: 1\n") + AFTER + other)
    slow = shop.up()
    assert slow.code == 1
    verdict = next(r for r in slow.report["results"] if r["id"] == "service.migrate.done")
    assert verdict["summary"] == "not done after 1 s, so it was stopped"
    assert docker("inspect", "-f", "{{.State.Running}}", JOB) == ["false"]
    assert slow.report["seconds"] < 40

    shop.write(others=job(TABLE, RUN) + AFTER + other)
    assert shop.up().code == 0
    assert shop.query(RUNS) == ["3"]


def test_a_job_whose_run_was_killed_is_waited_for_or_run_again(shop: Shop, docker: Docker) -> None:
    shop.write()
    assert shop.up().code == 0
    shop.write(others=job(TABLE, "SELECT pg_advisory_lock(1)", RUN) + AFTER)
    waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"

    with shop.locked():
        with shop.cli.under_way("up", *HERE):
            shop.until(waits, "1")
        (first,) = docker("inspect", "-f", "{{.Id}}", JOB)
        check = shop.cli("check", *HERE, "--json")
        verdicts = {r["id"]: (r["status"], r["summary"]) for r in check.report["results"]}
        assert verdicts["service.migrate.done"] == ("fail", "still runs")
        with shop.cli.under_way("up", *HERE):  # this one waits for it as well
            shop.until(waits, "1")
    up = shop.up()
    assert up.code == 0, up.out
    assert states(up) == {"db": "ready", "migrate": "done", "cache": "ready"}
    assert docker("inspect", "-f", "{{.Id}}", JOB) == [first]
    assert shop.query(RUNS) == ["1"]
    assert shop.up().report["changes"] == []

    with shop.locked():
        with shop.cli.under_way("up", *HERE, "--rerun-jobs"):
            shop.until(waits, "1")
        assert docker("inspect", "-f", "{{.Id}}", JOB) != [first]
        assert shop.cli("down", *HERE).code == 0
    assert shop.up().code == 0  # it was stopped half way: it is run again
    assert shop.query(RUNS) == ["2"]
