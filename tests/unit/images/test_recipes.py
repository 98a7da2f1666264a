"""The recipes that come with envcheck: whole, and what they build is known as ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envcheck.core.dockerfile import base_images
from envcheck.core.reference import parse_reference
from envcheck.core.spec import Label
from envcheck.images.recipes import BASE_TAG, SHARED, base_act, build_act, recipe_for, recipes

NAMES = sorted(recipes())


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_can_be_built(name: str) -> None:
    recipe = recipes()[name]
    context = recipe.context()
    assert "recipe.yaml" in context.files
    assert base_images(context.dockerfile) == ("",), "it starts from its BASE argument alone"
    assert context.dockerfile.lstrip("# \n")
    assert recipe.describes
    assert recipe.image == recipe.folder.name


@pytest.mark.parametrize("name", NAMES)
def test_the_scripts_of_a_recipe_can_be_executed(name: str) -> None:
    files = recipes()[name].context().files
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
    found = recipe_for(parse_reference(pin))
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
    recipe = recipe_for(reference)
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
    assert recipes()[name].version_in(printed) == version


def test_what_a_recipe_builds_is_labelled_with_its_pin_and_belongs_to_no_instance() -> None:
    pin = parse_reference("redis:8.0.2")
    recipe = recipe_for(pin)
    assert recipe is not None
    act = build_act(recipe, pin)
    assert act.labels[Label.RECIPE] == "redis:8.0.2"
    assert Label.VERSION in act.labels
    assert Label.INSTANCE not in act.labels
    assert act.tag == "envcheck.local/redis:8.0.2"
    assert act.arguments == {"BASE": BASE_TAG, "VERSION": "8.0.2", "MAJOR": "8"}
    assert Label.VERSION in base_act().labels


def test_the_fingerprint_of_a_recipe_changes_with_its_pin() -> None:
    pins = [parse_reference(text) for text in ("redis:8.0.2", "redis:8.0.3")]
    recipe = recipe_for(pins[0])
    assert recipe is not None
    one, other = (build_act(recipe, pin).labels[Label.FINGERPRINT] for pin in pins)
    assert one != other


def test_what_several_recipes_copy_comes_along_and_changes_their_fingerprint() -> None:
    name = "mysql-first-start.sh"
    file = SHARED / name
    for pin in (parse_reference("mysql:9.7.4"), parse_reference("mariadb:11.8.9")):
        recipe = recipe_for(pin)
        assert recipe is not None
        assert recipe.context().files[name].content == file.read_bytes()
        act = build_act(recipe, pin)
        assert act.shares == (str(file),)
        without = build_act(replace(recipe, shares=()), pin)
        assert act.labels[Label.FINGERPRINT] != without.labels[Label.FINGERPRINT]


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_copies_nothing_that_is_not_there(name: str) -> None:
    """Certificates come from the machine that builds."""
    context = recipes()[name].context()
    copied = [
        word
        for line in context.dockerfile.splitlines()
        if line.startswith("COPY ") and "--from=" not in line
        for word in line.split()[1:-1]
        if not word.startswith("--")
    ]
    there = {*context.files, "ca-certificates.crt"}
    assert [word for word in copied if word not in there] == []
