"""What does not bear our labels is never touched, whatever its name is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engine.conftest import INSTANCE, Docker

if TYPE_CHECKING:
    from tests.engine.cli import Cli

pytestmark = pytest.mark.engine
HERE = ("webapp", "--instance", INSTANCE)


def test_a_foreign_container_of_our_name_stops_up_and_survives_clean(
    cli: Cli, docker: Docker
) -> None:
    image = next(
        i for i in docker("images", "--format", "{{.Repository}}:{{.Tag}}") if "redis" in i
    )
    made = docker("create", "--name", f"{INSTANCE}-cache", image)
    try:
        up = cli("up", *HERE, "--json")
        assert up.code == 4
        assert up.report["error"]["id"] == "docker.name-taken"
        assert up.report["changes"] == []
        assert cli("clean", "--yes", *HERE).code == 0
        names = docker(
            "ps", "-a", "--no-trunc", "--format", "{{.ID}}", "--filter", "status=created"
        )
        assert made[0] in names
    finally:
        docker("rm", "-v", f"{INSTANCE}-cache")


def test_a_foreign_volume_of_our_name_is_not_used_for_data(cli: Cli, docker: Docker) -> None:
    docker("volume", "create", f"{INSTANCE}_db-data")
    try:
        up = cli("up", *HERE, "--json")
        assert up.code == 4
        assert up.report["error"]["id"] == "docker.name-taken"
        assert cli("clean", "--yes", *HERE).code == 0
        assert docker("volume", "ls", "-q", "--filter", f"name={INSTANCE}_db-data") != []
    finally:
        docker("volume", "rm", f"{INSTANCE}_db-data")


def test_what_a_stranger_holds_is_reported_as_left_behind(cli: Cli, docker: Docker) -> None:
    """A foreign container on our network keeps it from going: exit code 5, and it is named."""
    assert cli("up", *HERE).code == 0
    image = next(
        i for i in docker("images", "--format", "{{.Repository}}:{{.Tag}}") if "redis" in i
    )
    docker("run", "-d", "--name", f"{INSTANCE}-guest", "--network", INSTANCE, image)
    try:
        clean = cli("clean", "--yes", *HERE, "--json")
        assert clean.code == 5
        assert clean.report["outcome"] == "incomplete"
        left = [(thing["kind"], thing["name"]) for thing in clean.report["left_behind"]]
        assert left == [("network", INSTANCE)]
    finally:
        docker("rm", "-fv", f"{INSTANCE}-guest")
    assert cli("clean", "--yes", *HERE).code == 0


def test_an_instance_of_another_folder_is_refused(
    cli: Cli,
) -> None:
    assert cli("up", *HERE).code == 0
    elsewhere = type(cli)(cli.folder / "elsewhere", cli.environment)
    (cli.folder / "elsewhere").mkdir()
    (cli.folder / "profiles").rename(cli.folder / "elsewhere" / "profiles")
    up = elsewhere("up", *HERE, "--json")
    assert up.code == 2
    assert up.report["error"]["id"] == "instance.elsewhere"
