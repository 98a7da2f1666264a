"""A changed profile makes anew just what changed, says why, and keeps the data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.engine.conftest import INSTANCE, Docker

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.cli import Cli

pytestmark = pytest.mark.engine
HERE = ("webapp", "--instance", INSTANCE)


def edit(project: Path, old: str, new: str) -> None:
    file = project / "profiles" / "webapp.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def ids(docker: Docker) -> dict[str, str]:
    lines = docker("ps", "-a", "--format", "{{.Names}} {{.ID}}", "--filter", f"name={INSTANCE}-")
    return dict(line.split() for line in lines)


def test_only_the_changed_service_is_made_anew(cli: Cli, project: Path, docker: Docker) -> None:
    assert cli("up", *HERE).code == 0
    url = json.loads(cli("env", *HERE, "--format", "json").out)["DATABASE_URL"]
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
    before = ids(docker)

    edit(project, "POSTGRES_USER: app,", "POSTGRES_USER: app, PGTZ: UTC,")
    up = cli("up", *HERE, "--json")
    assert up.code == 0, up.err
    recreated = [c for c in up.report["changes"] if c["action"] == "recreated"]
    assert recreated == [
        {
            "action": "recreated",
            "kind": "container",
            "name": f"{INSTANCE}-db",
            "cause": "environment changed",
        }
    ]
    after = ids(docker)
    assert {name for name in after if after[name] != before[name]} == {f"{INSTANCE}-db"}
    url = json.loads(cli("env", *HERE, "--format", "json").out)["DATABASE_URL"]
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (42,)


def test_a_changed_source_file_builds_and_replaces_its_service(
    cli: Cli, project: Path, docker: Docker
) -> None:
    assert cli("up", *HERE).code == 0
    before = ids(docker)
    server = project / "profiles" / "webapp" / "server.js"
    server.write_text(server.read_text().replace("Hello from Docker!", "Hello from Docker! (2)"))
    up = cli("up", *HERE, "--json")
    assert up.code == 0, up.err
    assert [c["cause"] for c in up.report["changes"] if c["action"] == "recreated"] == [
        "image changed"
    ]
    after = ids(docker)
    assert {name for name in after if after[name] != before[name]} == {f"{INSTANCE}-web"}


def test_a_service_that_left_the_profile_is_removed(
    cli: Cli, project: Path, docker: Docker
) -> None:
    assert cli("up", *HERE).code == 0
    file = project / "profiles" / "webapp.yaml"
    file.write_text(file.read_text().split("  web:")[0])
    assert cli("up", *HERE).code == 0
    assert sorted(ids(docker)) == [f"{INSTANCE}-cache", f"{INSTANCE}-db"]


def test_clean_works_when_the_profile_has_changed_since_up(
    cli: Cli, project: Path, docker: Docker
) -> None:
    assert cli("up", *HERE).code == 0
    (project / "profiles" / "webapp.yaml").write_text(
        "name: webapp\nservices: {other: {image: 'redis:8.0.2'}}\n"
    )
    clean = cli("clean", "--yes", *HERE, "--json")
    assert clean.code == 0
    assert clean.report["left_behind"] == []
    assert docker("ps", "-aq", "--filter", f"label=dev.envcheck.instance={INSTANCE}") == []


def test_plan_says_what_would_be_made_anew_and_changes_nothing(
    cli: Cli, project: Path, docker: Docker
) -> None:
    assert cli("up", *HERE).code == 0
    before = ids(docker)
    edit(project, "POSTGRES_USER: app,", "POSTGRES_USER: app, PGTZ: UTC,")
    steps = cli("plan", *HERE, "--json").report["steps"]
    changing = [(step["act"], step["cause"]) for step in steps if step["act"] != "AwaitReady"]
    assert changing == [
        ("StopContainer", "environment changed"),
        ("RemoveContainer", "environment changed"),
        ("CreateContainer", "environment changed"),
        ("StartContainer", "it is created"),
    ]
    assert ids(docker) == before
