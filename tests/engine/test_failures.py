"""Each way to fail has its exit code, its name, and leaves the rest to a verdict of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engine.conftest import INSTANCE, Docker

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.cli import Cli

pytestmark = pytest.mark.engine
HERE = ("webapp", "--instance", INSTANCE)


def write(project: Path, services: str) -> None:
    (project / "profiles" / "webapp.yaml").write_text(f"name: webapp\nservices:\n{services}")


def test_a_service_that_dies_fails_at_once_with_its_log(cli: Cli, project: Path) -> None:
    write(
        project,
        "  cache: {image: 'redis:8.0.2'}\n"
        "  broken:\n    image: redis:8.0.2\n    ports: []\n    timeout: 60\n"
        "    command: [sh, -c, 'echo no such luck >&2; exit 3']\n    volumes: ['data:/data']\n"
        "    kind: container\n"
        "  after: {image: 'redis:8.0.2', depends_on: [broken], ports: []}\n",
    )
    up = cli("up", *HERE, "--json")
    assert up.code == 1
    assert up.report["outcome"] == "unhealthy"
    assert up.report["seconds"] < 20
    states = {name: s["state"] for name, s in up.report["services"].items()}
    assert states == {"cache": "ready", "broken": "failed", "after": "skipped"}
    text = cli("up", *HERE).out
    assert "exited with code 3" in text
    assert "no such luck" in text


def test_a_service_that_never_says_what_it_must_runs_out_of_time(cli: Cli, project: Path) -> None:
    write(
        project,
        "  web:\n    kind: node\n    build: webapp\n    timeout: 2\n"
        "    verify:\n      - http: {path: /, contains: something else}\n",
    )
    up = cli("up", *HERE, "--json")
    assert up.code == 1
    result = next(r for r in up.report["results"] if r["id"] == "service.web.ready")
    assert result["status"] == "fail"
    assert "not ready after 2 s" in result["summary"]
    assert "does not contain 'something else'" in result["evidence"][0]


def test_a_failing_build_is_a_failed_step_with_its_last_lines(cli: Cli, project: Path) -> None:
    dockerfile = project / "profiles" / "webapp" / "Dockerfile"
    dockerfile.write_text(dockerfile.read_text() + "RUN echo it broke here && false\n")
    up = cli("up", *HERE, "--json")
    assert up.code == 4
    assert up.report["error"]["id"] == "image.build-failed"
    assert "it broke here" in up.report["error"]["evidence"]


def test_a_taken_port_is_avoided_or_named(cli: Cli, project: Path, docker: Docker) -> None:
    write(project, "  cache: {image: 'redis:8.0.2', ports: ['6399:6379']}\n")
    image = next(
        i for i in docker("images", "--format", "{{.Repository}}:{{.Tag}}") if "redis" in i
    )
    docker("run", "-d", "--name", f"{INSTANCE}-holder", "-p", "127.0.0.1:6399:6379", image)
    try:
        up = cli("up", *HERE, "--json")
        assert up.code == 0
        assert up.report["services"]["cache"]["endpoint"] != "127.0.0.1:6399"
        assert cli("clean", "--yes", *HERE).code == 0
        write(project, "  cache: {image: 'redis:8.0.2', ports: ['6399!:6379']}\n")
        up = cli("up", *HERE, "--json")
        assert up.code == 4
        assert up.report["error"]["id"] == "docker.port-taken"
    finally:
        docker("rm", "-fv", f"{INSTANCE}-holder")


def test_data_never_goes_into_an_anonymous_volume(cli: Cli, project: Path) -> None:
    write(project, "  cache: {kind: container, image: 'redis:8.0.2', ports: []}\n")
    up = cli("up", *HERE, "--json")
    assert up.code == 2
    assert "/data" in up.report["error"]["evidence"][0]
    assert up.report["error"]["evidence"][0].startswith("profiles/webapp.yaml:3:")


def test_an_invalid_profile_names_file_line_and_column(cli: Cli, project: Path) -> None:
    write(project, "  cache: {imagee: 'redis:8.0.2'}\n  db: {image: postgres}\n")
    up = cli("up", *HERE, "--json")
    assert up.code == 2
    assert up.report["outcome"] == "invalid"
    evidence = up.report["error"]["evidence"]
    assert any(line.startswith("profiles/webapp.yaml:3:11:") for line in evidence)
    assert any(line.startswith("profiles/webapp.yaml:4:") for line in evidence)


def test_a_dead_engine_is_unusable(cli: Cli) -> None:
    up = cli("up", *HERE, "--json", DOCKER_HOST="unix:///nonexistent/docker.sock")
    assert up.code == 3
    assert up.report["outcome"] == "unusable"
    assert up.report["error"]["id"] == "docker.host-dead"


@pytest.mark.parametrize(
    "words",
    [
        ("up", "--no-such-flag"),
        ("up", "nosuchprofile"),
        ("nosuchtask",),
        ("env", "webapp", "--format", "xml"),
    ],
)
def test_a_wrong_command_line_exits_with_2(cli: Cli, words: tuple[str, ...]) -> None:
    ran = cli(*words)
    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert ran.err or ran.out


def test_an_interrupted_up_exits_with_130_and_clean_finishes_the_job(
    cli: Cli, project: Path, docker: Docker
) -> None:
    write(
        project,
        "  cache:\n    image: redis:8.0.2\n    ports: [6379]\n    timeout: 120\n"
        "    verify: [{exec: {command: ['false']}}]\n",
    )
    stopped = cli.interrupted("up", *HERE, when="cache   starting")
    assert stopped.code == 130, stopped.out + stopped.err
    assert cli("clean", "--yes", *HERE).code == 0
    assert docker("ps", "-aq", "--filter", f"label=dev.envcheck.instance={INSTANCE}") == []
