"""What does not bear our labels is never touched, whatever its name is."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.engine.conftest import INSTANCE, Docker

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.cli import Cli, Ran

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


def test_all_that_is_in_the_way_is_named_at_once_and_left_as_it_was(
    cli: Cli, docker: Docker
) -> None:
    """Before anything is got or made; and the name of an image is not taken away either."""
    image = _redis(docker)
    (cli.folder / "profiles" / "webapp" / "more.txt").write_text(INSTANCE)
    (tag,) = _tags_built(cli("plan", *HERE, "--json"))
    docker("network", "create", INSTANCE)
    docker("create", "--name", f"{INSTANCE}-db", image)
    docker("volume", "create", f"{INSTANCE}_cache-data")
    docker("tag", image, tag)
    names = (INSTANCE, f"{INSTANCE}-db", f"{INSTANCE}_cache-data", tag)
    before = [docker("inspect", name) for name in names]
    try:
        up = cli("up", *HERE, "--json")
        assert up.code == 4
        error = up.report["error"]
        assert error["id"] == "docker.name-taken"
        assert all(f"'{name}'" in error["what"] for name in names[:3])
        assert up.report["changes"] == []
        docker("network", "rm", INSTANCE)
        docker("rm", "-v", f"{INSTANCE}-db")
        docker("volume", "rm", f"{INSTANCE}_cache-data")
        up = cli("up", *HERE, "--json")
        assert up.report["error"]["what"] == (
            f"there is an image named '{tag}' already, and it is not ours"
        )
        clean = cli("clean", "--yes", *HERE, "--json")
        assert clean.code == 0
        assert docker("inspect", tag) == before[3]
    finally:
        docker("rmi", tag)


def test_clean_says_what_has_our_names_and_leaves_it_as_it_was(cli: Cli, docker: Docker) -> None:
    image = _redis(docker)
    docker("network", "create", INSTANCE)
    docker("create", "--name", f"{INSTANCE}-db", image)
    docker("volume", "create", f"{INSTANCE}_cache-data")
    names = (INSTANCE, f"{INSTANCE}-db", f"{INSTANCE}_cache-data")
    before = [docker("inspect", name) for name in names]
    try:
        clean = cli("clean", "--yes", *HERE, "--json")
        assert clean.code == 0
        assert {*names} <= {*_kept(clean)}
        assert all("it is not ours" in _kept(clean)[name]["reason"] for name in names)
        assert [docker("inspect", name) for name in names] == before
    finally:
        docker("network", "rm", INSTANCE)
        docker("rm", "-v", f"{INSTANCE}-db")
        docker("volume", "rm", f"{INSTANCE}_cache-data")


def test_an_instance_of_another_folder_is_refused_and_the_way_out_works(cli: Cli) -> None:
    here = _small(cli)
    assert cli("up", *here).code == 0
    elsewhere = type(cli)(cli.folder / "elsewhere", cli.environment)
    shutil.copytree(cli.folder / "profiles", cli.folder / "elsewhere" / "profiles")
    for command in (("up",), ("check",), ("down",), ("clean", "--yes"), ("env",)):
        done = elsewhere(*command, *here, "--json")
        assert (command, done.code) == (command, 2)
        assert done.report["error"]["id"] == "instance.elsewhere"
        assert f"the profile in {cli.folder}/profiles" in done.report["error"]["what"]
    (cli.folder / "profiles").rename(cli.folder / "moved")
    down = elsewhere("down", *here, "--json")
    assert "that folder is gone" in down.report["error"]["what"]
    way_out = down.report["error"]["fix"]["commands"][0].split()
    assert way_out == ["envcheck", "down", "--instance", INSTANCE]
    assert elsewhere(*way_out[1:]).code == 0
    assert elsewhere("clean", "--yes", "--instance", INSTANCE).code == 0


def test_images_that_another_ledger_s_instance_may_use_stay(
    cli: Cli, docker: Docker, tmp_path: Path
) -> None:
    """Another user's `clean` knows nothing of what this one's `down`ed instance uses."""
    here = _small(cli)
    assert cli("up", *here).code == 0
    assert cli("down", *here).code == 0
    before = set(docker("images", "-q", "--no-trunc"))
    other = type(cli)(cli.folder, {"XDG_STATE_HOME": str(tmp_path / "other")})
    guest = ("small", "--instance", f"{INSTANCE}-guest")
    assert other("up", *guest).code == 0
    clean = other("clean", "--yes", *guest, "--json")
    assert clean.code == 0
    assert any("redis" in name for name in _kept(clean))
    assert before <= set(docker("images", "-q", "--no-trunc"))


def _small(cli: Cli) -> tuple[str, ...]:
    """A profile with one service that keeps data, and the instance that the tests call theirs."""
    text = "name: small\nservices:\n  cache: {image: 'redis:8.0.2', ports: ['auto:6379']}\n"
    (cli.folder / "profiles" / "small.yaml").write_text(text)
    return ("small", "--instance", INSTANCE)


def _redis(docker: Docker) -> str:
    named = docker("images", "--format", "{{.Repository}}:{{.Tag}}")
    return next(name for name in named if "redis" in name)


def _tags_built(plan: Ran) -> list[str]:
    steps = [step for step in plan.report["steps"] if step["act"] == "BuildImage"]
    return [words[words.index("-t") + 1] for s in steps for words in [s["commands"][0].split()]]


def _kept(clean: Ran) -> dict[str, dict[str, str]]:
    return {thing["name"]: thing for thing in clean.report["kept"]}
