"""The variables to connect with, and the forms that they are handed out in."""

from __future__ import annotations

import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcheck.app.connect import FORMATS, formatted, variables
from envcheck.core.errors import UsageError
from tests.unit.worlds import SHOP, World, owner, profile

ODD = {"A": "it's", "B": 'a $HOME `x` "q" \\ #c', "C": "plain"}


def of(world: World, text: str = SHOP) -> dict[str, str]:
    return variables(profile(text), owner(), world.engine.observe())


def test_each_running_service_has_its_variable() -> None:
    world = World()
    world.up()
    assert of(world) == {
        "DATABASE_URL": "postgresql://postgres:secret-of-db@127.0.0.1:5432/postgres",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "WEB_URL": "http://127.0.0.1:3000",
    }


def test_the_port_is_the_one_that_was_really_given() -> None:
    world = World()
    world.engine.taken.add(6379)
    world.up()
    given = world.engine.inspect_container("shop-cache").ports[6379]
    assert given != 6379
    assert of(world)["REDIS_URL"] == f"redis://127.0.0.1:{given}/0"


def test_what_does_not_run_has_none() -> None:
    world = World()
    assert of(world) == {}
    world.up()
    world.engine.stop_container("shop-db", 0)
    assert set(of(world)) == {"REDIS_URL", "WEB_URL"}


def test_two_of_a_kind_have_their_own_names_before_it() -> None:
    text = (
        "name: shop\nservices:\n"
        "  cache: {image: 'redis:8.0.2'}\n"
        "  job-queue: {image: 'redis:8.0.2', ports: [7000:6379]}\n"
    )
    world = World()
    world.up(text)
    assert of(world, text) == {
        "CACHE_REDIS_URL": "redis://127.0.0.1:6379/0",
        "JOB_QUEUE_REDIS_URL": "redis://127.0.0.1:7000/0",
    }


def test_a_service_without_a_published_port_has_none() -> None:
    text = "name: shop\nservices:\n  cache: {image: 'redis:8.0.2', ports: []}\n"
    world = World()
    world.up(text)
    assert of(world, text) == {}


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_a_shell_reads_what_was_meant(value: str) -> None:
    words = shlex.split(formatted({"A": value}, "shell"))
    assert words == ["export", f"A={value}"]


def test_each_form_has_a_line_or_key_for_each_variable() -> None:
    assert formatted(ODD, "github") == f"A=it's\nB={ODD['B']}\nC=plain"
    assert formatted(ODD, "dotenv").splitlines()[1:] == [f"B='{ODD['B']}'", "C=plain"]
    assert json.loads(formatted(ODD, "json")) == ODD
    assert all(formatted({}, form) in ("", "{}") for form in FORMATS)


def test_a_form_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="shell, dotenv, json, github"):
        formatted(ODD, "xml")


EXPORTING = (
    "name: shop\nservices:\n"
    "  db: {image: 'postgres:17.11', environment: {POSTGRES_PASSWORD: secret-of-db}}\n"
    "  cache: {image: 'redis:8.0.2'}\n"
    "exports:\n"
    "  DATABASE_URL: '{db.url}?sslmode=disable'\n"
    "  PGPASSWORD: '{db.password}'\n"
    "  CACHE: '{cache.host}:{cache.port}'\n"
    "  MODE: development\n"
)


def test_a_profile_adds_variables_and_takes_the_place_of_others() -> None:
    world = World()
    world.up(EXPORTING)
    assert of(world, EXPORTING) == {
        "DATABASE_URL": "postgresql://postgres:secret-of-db@127.0.0.1:5432/postgres?sslmode=disable",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "PGPASSWORD": "secret-of-db",
        "CACHE": "127.0.0.1:6379",
        "MODE": "development",
    }


def test_what_needs_a_service_that_does_not_run_is_left_out() -> None:
    world = World()
    assert of(world, EXPORTING) == {}
    world.up(EXPORTING)
    world.engine.stop_container("shop-db", 0)
    assert set(of(world, EXPORTING)) == {"REDIS_URL", "CACHE", "MODE"}


@pytest.mark.parametrize("form", ["dotenv", "github"])
def test_several_lines_are_no_second_variable(form: str) -> None:
    with pytest.raises(UsageError, match="several lines"):
        formatted({"A": "x\nB=y"}, form)
