"""The recipes that come with envcheck: whole, and what they build is known as ours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from envcheck.core.dockerfile import base_images
from envcheck.core.recipe import BASE_TAG
from envcheck.core.reference import parse_reference
from envcheck.core.spec import Label
from envcheck.images.recipes import FOLDER, base_act, build_act, shipped

OURS = shipped()
NAMES = sorted(OURS.by_image)


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_can_be_built(name: str) -> None:
    recipe = OURS.by_image[name]
    context = recipe.context
    assert "recipe.yaml" not in context.files, "it is for us, and a comment in it changes nothing"
    assert base_images(context.dockerfile) == ("",), "it starts from its BASE argument alone"
    assert context.dockerfile.lstrip("# \n")
    assert recipe.describes
    assert recipe.image == Path(recipe.folder).name


@pytest.mark.parametrize("name", NAMES)
def test_the_scripts_of_a_recipe_can_be_executed(name: str) -> None:
    files = OURS.by_image[name].context.files
    for path, file in files.items():
        if path.endswith(".sh"):
            assert file.content.startswith(b"#!"), path


@pytest.mark.parametrize(
    ("pin", "recipe"),
    [
        ("postgres:17.11", "postgres"),
        ("docker.io/library/redis:8.0.2-alpine", "redis"),
        ("node:24", "node"),
        ("hello-world:linux", "hello-world"),
        ("ghcr.io/acme/postgres:17.11", None),
        ("bitnami/redis:8.0", None),
        ("mysql:9.7.4", "mysql"),
        ("mongo:8.0", None),
    ],
)
def test_a_recipe_stands_in_for_an_official_image_only(pin: str, recipe: str | None) -> None:
    found = OURS.for_pin(parse_reference(pin))
    assert (found.image if found else None) == recipe


@pytest.mark.parametrize(
    ("pin", "gives"),
    [
        ("postgres:17.11", True),
        ("postgres:17", True),
        ("postgres:16.9", False),
        ("postgres:18.1", False),
        ("redis:8.0.2", True),
        ("redis:7.4", False),
        ("mysql:9.7", True),
        ("mysql:8.4.3", False),
        ("mariadb:11.8.9", True),
        ("mariadb:10.11", False),
        ("rabbitmq:4.0.5-management", True),
        ("rabbitmq:3.13.7", False),
        ("memcached:1.6.38", True),
        ("nginx:1.26.3-alpine", True),
        ("node:22.1.0", True),
        ("hello-world:linux", True),
        ("hello-world:nanoserver", False),
    ],
)
def test_a_recipe_gives_the_major_versions_that_it_can(pin: str, *, gives: bool) -> None:
    reference = parse_reference(pin)
    recipe = OURS.for_pin(reference)
    assert recipe is not None
    assert recipe.gives(reference) is gives


@pytest.mark.parametrize(
    ("name", "printed", "version"),
    [
        ("postgres", "postgres (PostgreSQL) 17.11 (Debian 17.11-0+deb13u1)\n", "17.11"),
        ("redis", "Redis server v=8.0.2 sha=00000000:1 malloc=jemalloc-5.3.0 bits=64\n", "8.0.2"),
        ("node", "v24.21.0\n", "24.21.0"),
        ("rabbitmq", "4.0.5\n", "4.0.5"),
        ("memcached", "memcached 1.6.38\n", "1.6.38"),
        ("nginx", "nginx version: nginx/1.26.3\n", "1.26.3"),
        ("mysql", "/usr/sbin/mysqld  Ver 9.7.4-2 for Linux on x86_64 ((Debian))\n", "9.7.4"),
        (
            "mariadb",
            "mariadbd  Ver 11.8.9-MariaDB-0+deb13u1 from Debian for debian-linux-gnu on x86_64\n",
            "11.8.9",
        ),
        ("node", "command not found", ""),
    ],
)
def test_a_recipe_reads_the_version_that_was_really_built(
    name: str, printed: str, version: str
) -> None:
    assert OURS.by_image[name].version_in(printed) == version


def test_what_a_recipe_builds_is_labelled_with_its_pin_and_belongs_to_no_instance() -> None:
    pin = parse_reference("redis:8.0.2")
    recipe = OURS.for_pin(pin)
    assert recipe is not None
    act = build_act(recipe, pin)
    assert act.labels[Label.RECIPE] == "redis:8.0.2"
    assert Label.VERSION in act.labels
    assert Label.INSTANCE not in act.labels
    assert act.tag == "envcheck.local/redis:8.0.2"
    assert act.arguments == {"BASE": BASE_TAG, "VERSION": "8.0.2", "MAJOR": "8"}
    assert Label.VERSION in base_act().labels


def test_the_pin_is_no_part_of_the_fingerprint() -> None:
    """What was built for one pin is taken for another that means the same version."""
    recipe = OURS.by_image["redis"]
    pins = [parse_reference(text) for text in ("redis:8.0.2", "redis:8.0.3", "redis:8")]
    assert {build_act(recipe, pin).labels[Label.FINGERPRINT] for pin in pins} == {
        recipe.fingerprint
    }


def test_what_is_known_of_the_packages_names_the_image_before_it_is_built() -> None:
    act = build_act(OURS.by_image["redis"], parse_reference("redis:8.0.1"), "8.0.2")
    assert act.tag == "envcheck.local/redis:8.0.2"
    assert act.arguments["VERSION"] == "8.0.2"
    assert act.labels[Label.RECIPE] == "redis:8.0.1"


def test_what_several_recipes_copy_comes_along_and_changes_their_fingerprint() -> None:
    name = "mysql-first-start.sh"
    file = FOLDER / "shared" / name
    for pin in (parse_reference("mysql:9.7.4"), parse_reference("mariadb:11.8.9")):
        recipe = OURS.for_pin(pin)
        assert recipe is not None
        assert recipe.context.files[name].content == file.read_bytes()
        act = build_act(recipe, pin)
        assert act.recipe.shares == (str(file),)
        changed = replace(recipe, context=recipe.context.with_file(name, b"#!/bin/sh\n"))
        assert changed.fingerprint != recipe.fingerprint


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_copies_nothing_that_is_not_there(name: str) -> None:
    """Certificates come from the machine that builds."""
    context = OURS.by_image[name].context
    copied = [
        word
        for line in context.dockerfile.splitlines()
        if line.startswith("COPY ") and "--from=" not in line
        for word in line.split()[1:-1]
        if not word.startswith("--")
    ]
    there = {*context.files, "ca-certificates.crt"}
    assert [word for word in copied if word not in there] == []
