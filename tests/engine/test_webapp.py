"""The main job on a real engine: up, verified, down with its data kept, clean without a trace."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from tests.engine.conftest import INSTANCE, Docker

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.cli import Cli

pytestmark = pytest.mark.engine
HERE = ("webapp", "--instance", INSTANCE)


def variables(cli: Cli) -> dict[str, str]:
    found: dict[str, str] = json.loads(cli("env", *HERE, "--format", "json").out)
    return found


def get(url: str) -> str:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request("GET", "/")
    body = connection.getresponse().read().decode()
    connection.close()
    return body


def test_up_returns_when_every_service_answers(cli: Cli) -> None:
    up = cli("up", *HERE, "--json")
    assert up.code == 0, up.err
    services = up.report["services"]
    assert {name: service["state"] for name, service in services.items()} == {
        "db": "ready",
        "cache": "ready",
        "web": "ready",
    }
    assert services["web"]["version"] == "24.21.0"
    assert services["cache"]["version"] == "8.0.2"
    assert services["db"]["version"].startswith("17.")
    assert services["db"]["source"] in ("recipe", "registry")
    assert services["web"]["source"] == "build"

    urls = variables(cli)
    with psycopg.connect(urls["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT current_database(), current_user").fetchone() == (
            "app",
            "app",
        )
    client = redis.Redis.from_url(urls["REDIS_URL"])
    assert client.ping() is True
    client.close()
    page = get(urls["WEB_URL"]).splitlines()
    assert page == ["Hello from Docker!", "db: reached", "cache: reached"]


def test_a_second_up_changes_nothing_and_says_so(cli: Cli, docker: Docker) -> None:
    assert cli("up", *HERE).code == 0
    before = docker("ps", "--no-trunc", "--format", "{{.ID}}", "--filter", f"name={INSTANCE}-")
    again = cli("up", *HERE, "--json")
    assert again.code == 0
    assert again.report["changes"] == []
    after = docker("ps", "--no-trunc", "--format", "{{.ID}}", "--filter", f"name={INSTANCE}-")
    assert before == after
    assert "Nothing changed" in cli("up", *HERE).out


def test_a_row_survives_down_and_up(cli: Cli, docker: Docker) -> None:
    assert cli("up", *HERE).code == 0
    with psycopg.connect(variables(cli)["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('still here')")

    down = cli("down", *HERE, "--json")
    assert down.code == 0
    assert docker("ps", "-aq", "--filter", f"label=dev.envcheck.instance={INSTANCE}") == []
    assert docker("network", "ls", "-q", "--filter", f"name=^{INSTANCE}$") == []
    kept = docker("volume", "ls", "-q", "--filter", f"label=dev.envcheck.instance={INSTANCE}")
    assert sorted(kept) == [f"{INSTANCE}_cache-data", f"{INSTANCE}_db-data"]

    assert cli("up", *HERE).code == 0
    with psycopg.connect(variables(cli)["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("still here",)


def test_clean_leaves_nothing_of_ours_and_touches_nothing_else(
    cli: Cli, project: Path, docker: Docker
) -> None:
    # Another build than the one that the instance holding the images has.
    server = project / "profiles" / "webapp" / "server.js"
    server.write_text(f"{server.read_text()}// of this test\n")
    image = next(
        i for i in docker("images", "--format", "{{.Repository}}:{{.Tag}}") if "redis" in i
    )
    docker("volume", "create", f"{INSTANCE}-foreign")
    docker("tag", image, f"{INSTANCE}.local/foreign:1")
    docker("create", "--name", f"{INSTANCE}-foreign", f"{INSTANCE}.local/foreign:1")
    try:
        assert cli("up", *HERE).code == 0
        built = cli("up", *HERE, "--json").report["services"]["web"]["image"]
        clean = cli("clean", "--yes", *HERE, "--json")
        assert clean.code == 0, clean.err
        assert clean.report["left_behind"] == []
        assert {change["action"] for change in clean.report["changes"]} == {"removed"}

        mine = f"label=dev.envcheck.instance={INSTANCE}"
        assert docker("ps", "-aq", "--filter", mine) == []
        assert docker("volume", "ls", "-q", "--filter", mine) == []
        assert docker("network", "ls", "-q", "--filter", mine) == []
        assert docker("images", "-aq", "--filter", mine) == []
        assert docker("images", "-q", built) == []

        assert docker("ps", "-a", "--format", "{{.Names}}", "--filter", f"name={INSTANCE}-") == [
            f"{INSTANCE}-foreign"
        ]
        assert docker("volume", "ls", "-q", "--filter", f"name={INSTANCE}-foreign") == [
            f"{INSTANCE}-foreign"
        ]
        assert docker("images", "-q", f"{INSTANCE}.local/foreign:1") != []
    finally:
        docker("rm", "-v", f"{INSTANCE}-foreign")
        docker("rmi", f"{INSTANCE}.local/foreign:1")
        docker("volume", "rm", f"{INSTANCE}-foreign")


def test_images_that_another_instance_uses_stay(cli: Cli) -> None:
    assert cli("up", *HERE).code == 0
    kept = {k["name"]: k["reason"] for k in cli("clean", "--yes", *HERE, "--json").report["kept"]}
    used = {name: reason for name, reason in kept.items() if "redis" in name}
    assert list(used.values()) == [f"instance {INSTANCE}-images uses it"]


def test_clean_says_how_much_came_back(cli: Cli) -> None:
    assert cli("up", *HERE).code == 0
    freed = cli("clean", "--yes", *HERE, "--json").report["bytes_freed"]
    assert freed > 20_000_000  # an initialised database alone takes more than this


def test_without_a_terminal_clean_refuses_and_removes_nothing(cli: Cli, docker: Docker) -> None:
    assert cli("up", *HERE).code == 0
    refused = cli("clean", *HERE, "--json")
    assert refused.code == 2
    assert refused.report["error"]["id"] == "clean.not-agreed"
    assert len(docker("ps", "-q", "--filter", f"label=dev.envcheck.instance={INSTANCE}")) == 3


def test_a_dry_run_lists_what_clean_would_remove(cli: Cli, docker: Docker) -> None:
    assert cli("up", *HERE).code == 0
    dry = cli("clean", "--dry-run", *HERE, "--json").report
    (volume,) = (t for t in dry["would_remove"] if t["name"] == f"{INSTANCE}_db-data")
    assert (volume["kind"], volume["note"]) == ("volume", "in use now")
    assert volume["size"] > 1_000_000
    assert dry["changes"] == []
    assert len(docker("ps", "-q", "--filter", f"label=dev.envcheck.instance={INSTANCE}")) == 3


def test_clean_of_one_service_leaves_the_others(cli: Cli, docker: Docker) -> None:
    assert cli("up", *HERE).code == 0
    assert cli("clean", "--yes", "--only", "db", *HERE).code == 0
    assert sorted(
        docker("volume", "ls", "-q", "--filter", f"label=dev.envcheck.instance={INSTANCE}")
    ) == [f"{INSTANCE}_cache-data"]
    names = docker("ps", "--format", "{{.Names}}", "--filter", f"name={INSTANCE}-")
    assert sorted(names) == [f"{INSTANCE}-cache", f"{INSTANCE}-web"]


def test_check_verifies_and_changes_nothing(cli: Cli) -> None:
    assert cli("up", *HERE).code == 0
    check = cli("check", *HERE, "--json")
    assert check.code == 0
    assert check.report["changes"] == []
    assert check.verdicts()["service.db.ready"] == "pass"


def test_check_finds_a_service_that_does_not_run(cli: Cli, docker: Docker) -> None:
    assert cli("up", *HERE).code == 0
    docker("stop", "-t", "1", f"{INSTANCE}-cache")
    check = cli("check", *HERE, "--json")
    assert check.code == 1
    assert check.verdicts()["service.cache.ready"] == "fail"
    assert check.verdicts()["service.db.ready"] == "pass"


def test_up_starts_again_what_was_stopped(cli: Cli, docker: Docker) -> None:
    assert cli("up", *HERE).code == 0
    docker("stop", "-t", "1", f"{INSTANCE}-cache")
    up = cli("up", *HERE, "--json")
    assert up.code == 0
    assert up.report["changes"] == [
        {"action": "started", "kind": "container", "name": f"{INSTANCE}-cache"}
    ]


def test_status_shows_the_instance_with_its_ports(cli: Cli) -> None:
    assert cli("up", *HERE).code == 0
    status = cli("status", "--json").report["instances"]
    mine = next(one for one in status if one["instance"] == INSTANCE)
    assert mine["profile"] == "webapp"
    assert {s["service"]: s["state"] for s in mine["services"]} == {
        "db": "running",
        "cache": "running",
        "web": "running",
    }
    assert f"{INSTANCE}   healthy" in cli("status").out


def test_no_secret_is_shown_except_by_env(cli: Cli) -> None:
    secret = "canary-7f3a"
    said = [
        cli(task, *flags, DB_PASSWORD=secret)
        for task in ("plan", "onboard", "status")  # of the others test_security
        for flags in ((*HERE, "--yes"), (*HERE, "--yes", "--json"))
    ]
    assert [one.code for one in said] == [0] * len(said)
    for one in said:
        assert secret not in one.out + one.err
    assert secret in cli("env", *HERE, DB_PASSWORD=secret).out
