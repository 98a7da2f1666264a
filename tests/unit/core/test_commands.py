"""Each act as what a person would type: whole, in docker's words, and without a secret."""

from __future__ import annotations

import shlex
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcheck.core import plan as p
from envcheck.core.commands import commands
from envcheck.core.context import BuildContext
from envcheck.core.jobs import JobInputs
from envcheck.core.recipe import Recipe
from envcheck.core.reference import parse_reference
from envcheck.core.spec import ContainerSpec, Mount, NetworkSpec, PortBinding, VolumeSpec
from tests.unit.worlds import SHOP, World, desired

if TYPE_CHECKING:
    from pathlib import Path

SPEC = ContainerSpec(
    name="shop-db",
    service="db",
    image="postgres:17.11",
    network="shop",
    environment={"POSTGRES_USER": "app", "POSTGRES_PASSWORD": "hunter2"},
    ports=(PortBinding(5432, 15432), PortBinding(9000, None)),
    mounts=(Mount("shop_db-data", "/var/lib/postgresql/data"),),
    labels={"k": "v w"},
    command=("postgres", "-c", "log_statement=all"),
    secrets=frozenset({"POSTGRES_PASSWORD"}),
)
REDIS = parse_reference("redis:8.0.2")
RECIPE = Recipe("redis", "Redis", "/r", BuildContext({}), shares=("/shared/a.sh",))
EVERY_ACT: list[p.Act] = [
    p.PullImage(REDIS),
    p.BuildBase("trixie", "envcheck.local/debian:trixie", {"k": "v"}),
    p.BuildRecipe(RECIPE, REDIS, "envcheck.local/redis:8.0.2", "base:1", {}),
    p.BuildImage("web", "/shop/web", "envcheck.local/shop-web:1", {"a:1": "a:1"}, {"k": "v"}),
    p.CreateNetwork(NetworkSpec("shop", {"k": "v"})),
    p.CreateVolume(VolumeSpec("shop_data", {"k": "v"})),
    p.CreateContainer(SPEC),
    p.StartContainer("shop-db", "db"),
    p.StopContainer("shop-db", "db", 7),
    p.RemoveContainer("id", "shop-db", "db"),
    p.RemoveNetwork("id", "shop"),
    p.RemoveVolume("shop_data"),
    p.RemoveImage("redis:8.0.2", 1),
    p.StartJob("shop-migrate", "migrate", JobInputs("image:1", "redis:8.0.2", ())),
    p.AwaitJob("migrate", "shop-migrate"),
    p.LeaveSeed("db", "shop-db", "/data/.envcheck-seed"),
    p.RenameContainer("id", "shop-db-before", "shop-db", "db"),
]


def typed(act: p.Act) -> list[str]:
    """The words of an act's only command."""
    (command,) = commands(act)
    return shlex.split(command)


@pytest.mark.parametrize("act", EVERY_ACT, ids=lambda act: type(act).__name__)
def test_every_act_is_a_docker_command(act: p.Act) -> None:
    (command,) = commands(act)
    assert "docker " in command
    assert "\n" not in command


def test_only_waiting_has_no_command() -> None:
    assert commands(p.AwaitReady("db", "shop-db")) == ()
    assert commands(p.SkipJob("migrate", "shop-migrate")) == ()


@pytest.mark.parametrize(
    ("act", "command"),
    [
        (EVERY_ACT[0], "docker pull redis:8.0.2"),
        (EVERY_ACT[4], "docker network create --label k=v shop"),
        (EVERY_ACT[5], "docker volume create --label k=v shop_data"),
        (EVERY_ACT[7], "docker start shop-db"),
        (EVERY_ACT[8], "docker stop --time 7 shop-db"),
        (EVERY_ACT[9], "docker rm --force --volumes shop-db"),
        (EVERY_ACT[10], "docker network rm shop"),
        (EVERY_ACT[11], "docker volume rm shop_data"),
        (EVERY_ACT[12], "docker rmi redis:8.0.2"),
        (EVERY_ACT[13], "docker start shop-migrate"),
        (EVERY_ACT[14], "docker wait shop-migrate"),
        (EVERY_ACT[16], "docker rename shop-db-before shop-db"),
        (EVERY_ACT[3], "docker build --label k=v -t envcheck.local/shop-web:1 /shop/web"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_act_reads_as_docker_has_it(act: p.Act, command: str) -> None:
    assert commands(act) == (command,)


def test_a_recipe_is_built_from_its_folder_and_what_it_shares_with_others() -> None:
    act = p.BuildRecipe(RECIPE, REDIS, "t:1", "base:1", {})
    context, _, build = commands(act)[0].partition(" | ")
    assert context == (
        "tar -c --exclude=./recipe.yaml -C /r . -C /shared a.sh"
        " -C /etc/ssl/certs ca-certificates.crt"
    )
    assert build == "docker build --network host -t t:1 -"


def test_a_projects_own_recipe_does_not_get_the_hosts_network() -> None:
    act = p.BuildRecipe(replace(RECIPE, own="recipes/r"), REDIS, "t:1", "base:1", {})
    assert commands(act)[0].endswith(" | docker build -t t:1 -")


def test_a_container_is_created_with_all_that_it_has() -> None:
    assert typed(p.CreateContainer(SPEC)) == [
        *["docker", "create", "--name", "shop-db", "--network", "shop", "--network-alias", "db"],
        *["--label", "k=v w", "-e", "POSTGRES_USER=app", "-e", "POSTGRES_PASSWORD"],
        *["-p", "127.0.0.1:15432:5432", "-p", "127.0.0.1::9000"],
        *["--security-opt", "no-new-privileges", "--pids-limit", "2048"],
        *["-v", "shop_db-data:/var/lib/postgresql/data"],
        *["postgres:17.11", "postgres", "-c", "log_statement=all"],
    ]


def test_a_limit_of_memory_and_a_restart_policy_are_part_of_it() -> None:
    words = typed(p.CreateContainer(replace(SPEC, restart="always", memory=1 << 20)))
    assert words[words.index("--restart") :][:6] == [
        *["--restart", "always", "--memory", "1048576", "--memory-swap", "1048576"]
    ]


def test_a_host_name_is_part_of_it_where_there_is_one() -> None:
    words = typed(p.CreateContainer(replace(SPEC, hostname="queue")))
    assert words[words.index("--hostname") + 1] == "queue"
    assert "--hostname" not in typed(p.CreateContainer(SPEC))


def test_a_container_without_a_command_of_its_own_has_its_images() -> None:
    assert typed(p.CreateContainer(replace(SPEC, command=None)))[-1] == "postgres:17.11"


def test_a_secret_variable_comes_from_the_environment_of_who_types() -> None:
    (command,) = commands(p.CreateContainer(SPEC))
    assert "hunter2" not in command
    assert " -e POSTGRES_PASSWORD " in command


@pytest.mark.parametrize(
    "words",
    [
        ("redis-server", "--requirepass", "hunter2"),
        ("redis-server", "--requirepass=hunter2"),
        ("redis-server", "--appendonly", "yes", "--masterauth", "hunter2"),
        ("server", "--api-key", "hunter2", "--port", "80"),
        ("server", "--token=hunter2"),
        ("server", "postgresql://app:hunter2@db/app"),
        ("sh", "-c", "DATABASE_URL=postgresql://app:hunter2@db/app exec server"),
        ("env", "DB_PASSWORD=hunter2", "server"),
    ],
)
def test_a_secret_in_a_containers_command_is_not_shown(words: tuple[str, ...]) -> None:
    """The official Redis image takes its password nowhere else."""
    (command,) = commands(p.CreateContainer(replace(SPEC, command=words)))
    assert "hunter2" not in command
    assert "•••" in command


@pytest.mark.parametrize(
    "words",
    [("server", "--port", "80"), ("sh", "-c", "echo it's ready"), ("x", "a=b"), ("--", "y")],
)
def test_a_command_without_a_secret_is_shown_as_it_is(words: tuple[str, ...]) -> None:
    assert typed(p.CreateContainer(replace(SPEC, command=words)))[-len(words) :] == [*words]


def test_a_secret_in_a_url_is_not_shown_whatever_its_variable_is_called() -> None:
    spec = replace(SPEC, environment={"DATABASE_URL": "postgresql://app:hunter2@db/app", "A": "b"})
    words = typed(p.CreateContainer(spec))
    assert "hunter2" not in " ".join(words)
    assert "DATABASE_URL" in words
    assert "A=b" in words


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_every_text_arrives_as_it_is(text: str) -> None:
    spec = replace(SPEC, environment={"TEXT": text}, labels={"label": text}, command=None)
    words = typed(p.CreateContainer(spec))
    assert f"label={text}" in words
    assert f"TEXT={text}" in words or "://" in text


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8))
def test_no_plan_shows_a_secret(secret: str) -> None:
    """Neither as what `up` would do, nor in any part of it."""
    plan = World().plan()
    db = desired(SHOP).services["db"].container
    hidden = replace(db, environment={**db.environment, "POSTGRES_PASSWORD": f"xx{secret}xx"})
    lines = [line for step in plan.steps for line in commands(step.act)]
    lines += commands(p.CreateContainer(hidden))
    assert not [line for line in lines if f"xx{secret}xx" in line or "secret-of-db" in line]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FROM node:24.21.0", "FROM mine:1"),
        ("FROM node:24.21.0 AS build", "FROM mine:1 AS build"),
        ("FROM --platform=linux/amd64 node:24.21.0", "FROM --platform=linux/amd64 mine:1"),
        ("FROM node:24.21.0-slim", "FROM node:24.21.0-slim"),
        ("FROM node:24X21X0", "FROM node:24X21X0"),
        ("FROM build", "FROM build"),
        ("RUN echo node:24.21.0", "RUN echo node:24.21.0"),
        ("FROM b:2", "FROM mine:2"),
    ],
)
def test_a_build_on_other_bases_edits_its_from_lines_on_the_way(
    tmp_path: Path, before: str, after: str
) -> None:
    bases = {"node:24.21.0": "mine:1", "b:2": "mine:2", "same:1": "same:1"}
    (command,) = commands(p.BuildImage("web", str(tmp_path), "t:1", bases, {}))
    edit, docker = command.split(" | ")
    assert docker == f"docker build -t t:1 -f - {tmp_path}"
    (tmp_path / "Dockerfile").write_text(f"{before}\n")
    edited = subprocess.run(edit, shell=True, check=True, capture_output=True, text=True)
    assert edited.stdout == f"{after}\n"


def test_what_comes_from_a_mirror_is_pulled_by_its_digest_and_named_as_it_is_pinned() -> None:
    digest = f"sha256:{'d' * 64}"
    mirror = parse_reference(f"mirror.example/library/redis@{digest}")
    assert commands(p.PullImage(REDIS, digest, mirror=mirror)) == (
        f"docker pull mirror.example/library/redis@{digest}",
        f"docker tag mirror.example/library/redis@{digest} redis:8.0.2",
    )
    pinned = parse_reference(f"redis:8.0.2@{digest}")
    assert commands(p.PullImage(pinned, digest, mirror=mirror)) == (
        f"docker pull mirror.example/library/redis@{digest}",
    )
