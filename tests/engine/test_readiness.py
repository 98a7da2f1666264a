"""Ready is what works and goes on working; what cannot become ready is named at once."""

from __future__ import annotations

import json
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.engine.conftest import INSTANCE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.cli import Cli, Ran
    from tests.engine.conftest import Docker

pytestmark = pytest.mark.engine
NAME = f"{INSTANCE}-ready"
HERE = ("webapp", "--instance", NAME)
LIMIT = 20
"""Seconds that the services of these profiles may take; what is found at once takes far less."""

_SERVE = "require('http').createServer((q, a) => {%s}).listen(3000);"
HANGS = (
    "require('net').createServer(() => {}).listen(3000);"
    "setTimeout(() => { console.error('no more'); process.exit(7) }, 1000)"
)
PROGRAMS = {
    "steady": _SERVE % "a.end('fine')",
    "resets": "require('net').createServer(s => s.resetAndDestroy()).listen(3000)",
    "first-500": "const t = Date.now();"
    + _SERVE % "a.statusCode = Date.now() - t < 1500 ? 500 : 200; a.end('fine')",
    "hangs-and-dies": HANGS,
    "dies-later": _SERVE % "a.end('fine')" + "setTimeout(() => process.exit(5), 1200)",
    "eats-memory": "const all = []; setInterval(() => all.push(Buffer.alloc(8 << 20, 1)), 5)",
    "crash-loop": "console.error('cannot go on'); process.exit(1)",
}
MORE: dict[str, dict[str, Any]] = {
    "resets": {"timeout": 2},
    "first-500": {"verify": [{"http": {"path": "/", "status": 200}}]},
    "eats-memory": {"mem_limit": "64MiB"},
    "crash-loop": {"restart": "always"},
}


def node(*command: str, **more: Any) -> dict[str, Any]:
    return {"image": "node:24.21.0", "ports": ["auto:3000"], "command": [*command], **more}


def write(project: Path, services: dict[str, Any]) -> None:
    file = project / "profiles" / "webapp.yaml"
    file.write_text(json.dumps({"name": "webapp", "services": services}))  # which is YAML, too


def troubles() -> dict[str, Any]:
    """All of them at once: each must have a verdict of its own."""
    services = {
        name: node("node", "-e", code, timeout=LIMIT) | MORE.get(name, {})
        for name, code in PROGRAMS.items()
    }
    services["not-there"] = {
        "image": "redis:8.0.2",
        "ports": [],
        "timeout": LIMIT,
        "command": ["nosuchcommand"],
    }
    services["needs-it"] = node("node", "-e", PROGRAMS["steady"], depends_on=["crash-loop"])
    return services


def verdicts(up: Ran) -> dict[str, dict[str, Any]]:
    """The verdict on each service's readiness."""
    return {
        result["id"].split(".")[1]: result
        for result in up.report["results"]
        if result["id"].endswith(".ready")
    }


@pytest.fixture
def up(cli: Cli, project: Path) -> Ran:
    write(project, troubles())
    return cli("up", *HERE, "--json")


EXPECTED = {
    "steady": ("", "answered"),
    "resets": ("service.timeout", "not ready after 2 s"),
    "first-500": ("", "answered"),
    "hangs-and-dies": ("service.exited", "exited with code 7"),
    "dies-later": ("service.exited", "it was ready, and then exited with code 5"),
    "eats-memory": ("service.out-of-memory", "using too much memory"),
    "crash-loop": ("service.crash-loop", "it ends again and again, 3 restarts so far"),
    "not-there": ("service.command-not-found", "its command was not found"),
}


def test_each_service_has_a_verdict_of_its_own(up: Ran, cli: Cli, docker: Docker) -> None:
    assert up.code == 1, up.out + up.err
    found = verdicts(up)
    assert {name: result["fault"] for name, result in found.items()} == {
        name: fault for name, (fault, _) in EXPECTED.items()
    }
    for name, (_, words) in EXPECTED.items():
        assert words in found[name]["summary"], name
    states = {name: service["state"] for name, service in up.report["services"].items()}
    assert states["needs-it"] == "skipped"
    assert [name for name, state in states.items() if state == "ready"] == ["steady", "first-500"]
    # Whoever has died is known at once, long before the limit and the probe's own patience.
    assert up.report["seconds"] < LIMIT / 2
    seconds = {name: result["seconds"] for name, result in found.items()}
    assert seconds["first-500"] > 1.0, "an answer of 500 is not ready"
    reset = found["resets"]["evidence"]
    assert any("reset" in line or "closed connection" in line for line in reset), reset
    # What is kept for us to look at is all there, and the next up tries it anew.
    assert len(docker("ps", "-aq", "--filter", f"label=dev.envcheck.instance={NAME}")) == 9


def test_what_dies_right_after_its_first_answer_is_not_ready(cli: Cli, project: Path) -> None:
    code = _SERVE % "a.end('fine'); setTimeout(() => process.exit(3), 200)"
    write(project, {"web": node("node", "-e", code, timeout=LIMIT)})
    up = cli("up", *HERE, "--json")
    assert up.code == 1
    result = verdicts(up)["web"]
    assert result["fault"] == "service.exited"
    assert result["summary"] == "it answered once, and then exited with code 3"


def test_death_is_noticed_at_once_whatever_the_probe_is_doing(
    cli: Cli, project: Path, docker: Docker
) -> None:
    """It talks to a server that accepts and says nothing, and has the patience of 3 s."""
    write(project, {"web": node("node", "-e", HANGS, timeout=LIMIT)})
    up = cli("up", *HERE, "--json")
    returned = datetime.now(timezone.utc)
    assert up.code == 1
    (died,) = docker("inspect", "--format", "{{.State.FinishedAt}}", f"{NAME}-web")
    assert (returned - _time(died)).total_seconds() < 1.5


def _time(text: str) -> datetime:
    """An engine's timestamp; it has up to nine digits of a second, and Python reads six."""
    seconds, _, rest = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(f"{seconds}.{rest[:6]:0<6}+00:00")


def test_the_first_failure_ends_all_on_demand(cli: Cli, project: Path) -> None:
    write(
        project,
        {
            "slow": node("sleep", "1000", timeout=LIMIT),
            "steady": node("node", "-e", PROGRAMS["steady"]),
            "dies": node("node", "-e", "setTimeout(() => process.exit(4), 500)"),
        },
    )
    begun = time.monotonic()
    up = cli("up", *HERE, "--fail-fast", "--json")
    assert up.code == 1
    assert time.monotonic() - begun < LIMIT / 2
    states = {name: service["state"] for name, service in up.report["services"].items()}
    assert states["dies"] == "failed"
    assert states["slow"] == "skipped"
    text = cli("up", *HERE, "--fail-fast").out
    assert "skipped: dies failed first" in text


def test_what_dies_after_it_was_ready_ends_all_on_demand_too(cli: Cli, project: Path) -> None:
    """And what depends on it is not begun, with that or without."""
    later = f"setTimeout(() => {{{PROGRAMS['steady']}}}, 4000)"
    services = {
        "dies": node("node", "-e", PROGRAMS["dies-later"]),
        "slow": node("sleep", "1000", timeout=LIMIT),
        "needs": node("sleep", "1000", depends_on=["dies", "later"]),
        "later": node("node", "-e", later, timeout=LIMIT),
    }
    write(project, services)
    begun = time.monotonic()
    up = cli("up", *HERE, "--fail-fast", "--json")
    assert up.code == 1
    assert time.monotonic() - begun < LIMIT / 2
    states = {name: service["state"] for name, service in up.report["services"].items()}
    assert states == {"dies": "failed", "slow": "skipped", "needs": "skipped", "later": "skipped"}
    assert cli("down", *HERE).code == 0
    write(project, {**services, "slow": node("sleep", "1000", timeout=6)})
    up = cli("up", *HERE, "--json")
    states = {name: service["state"] for name, service in up.report["services"].items()}
    assert states == {"dies": "failed", "slow": "failed", "needs": "skipped", "later": "ready"}


def test_a_database_is_never_ready_before_its_first_start_is_complete(
    cli: Cli, project: Path
) -> None:
    """Its temporary server answers on a socket of its own while the scripts run."""
    folder = project / "profiles" / "slowdb"
    folder.mkdir()
    (folder / "Dockerfile").write_text(
        "FROM postgres:17.11\nCOPY init.sql /docker-entrypoint-initdb.d/\n"
    )
    (folder / "init.sql").write_text(
        "CREATE TABLE first (n int); SELECT pg_sleep(3); CREATE TABLE made_last (n int);\n"
    )
    secret = {"POSTGRES_PASSWORD": "app"}
    write(project, {"db": {"kind": "postgres", "build": "slowdb", "environment": secret}})
    up = cli("up", *HERE, "--yes", "--json")
    assert up.code == 0, up.out
    db = up.report["services"]["db"]
    assert db["ready_seconds"] > 3
    host, _, port = db["endpoint"].partition(":")
    with psycopg.connect(host=host, port=port, user="postgres", password="app") as connection:
        rows = connection.execute("SELECT count(*) FROM made_last").fetchone()
    assert rows == (0,)


def test_a_version_that_is_not_the_pin_is_told(cli: Cli, project: Path, docker: Docker) -> None:
    tags = docker("images", "--format", "{{.Repository}}:{{.Tag}}")
    redis = next(tag for tag in tags if "/redis:" in tag)
    docker("tag", redis, "redis:7.4.1")
    try:
        write(project, {"cache": {"image": "redis:7.4.1"}})
        up = cli("up", *HERE, "--json")
        assert up.code == 1
        assert up.verdicts()["service.cache.version"] == "fail"
        assert cli("clean", "--yes", *HERE).code == 0
    finally:
        docker("rmi", "redis:7.4.1")
