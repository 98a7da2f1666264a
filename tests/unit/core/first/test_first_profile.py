"""A first profile from a project's files: it can always be read back, and says where it is from."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcheck.core.first.newest import NEWEST, PRODUCTS
from envcheck.core.first.profile import First, first_profile
from envcheck.core.parsing.reader import read_profile
from envcheck.core.reference import parse_reference
from envcheck.services.catalogue import KINDS, vocabulary

if TYPE_CHECKING:
    from envcheck.core.profile import Profile

COMPOSE = """
services:
  app:
    build: .
    depends_on: [db]
  db:
    image: postgres:16.9
    environment: {POSTGRES_DB: shop, POSTGRES_USER: "${USER_NAME:-shop}"}
    ports: ["127.0.0.1:15432:5432"]
    volumes: ["data:/var/lib/postgresql/data", "./sql:/docker-entrypoint-initdb.d"]
    shm_size: 64m
  Cache One:
    image: redis
    privileged: true
    ports: [6379, "53:53/udp", {target: 6380, published: "16380"}]
    depends_on: {db: {condition: service_healthy}, app: {condition: service_started}}
    command: [redis-server, --appendonly, "yes"]
    restart: on-failure:3
    mem_limit: 64m
  mail:
    image: axllent/mailpit:v1.20
    ports: ["8025:8025"]
  code:
    image: node:24.1.0
    volumes: [".:/app"]
"""


def first(texts: dict[str, str], *kinds: str, **environ: str) -> First:
    found = first_profile("shop", texts, kinds, environ, vocabulary())
    assert found is not None
    return found


def read(found: First, **environ: str) -> Profile:
    return read_profile(found.text, file="", root="/", environ=environ, vocabulary=vocabulary())


def package(**data: object) -> dict[str, str]:
    return {"package.json": json.dumps(data)}


def test_dependencies_tell_the_services_and_each_says_where_from() -> None:
    found = first(package(dependencies={"pg": "^8", "ioredis": "5"}))
    profile = read(found)
    assert {name: str(s.image) for name, s in profile.services.items()} == {
        "db": NEWEST["postgres"],
        "cache": NEWEST["redis"],
    }
    assert "# package.json: pg" in found.text
    assert profile.description == "PostgreSQL and Redis"


def test_python_dependencies_are_compared_as_pypi_compares_them() -> None:
    texts = {"requirements-dev.txt": "# x\n-r other.txt\nPsycopg2_Binary>=2 ; python_version>'3'\n"}
    if sys.version_info >= (3, 11):
        texts["pyproject.toml"] = (
            '[project]\nrequires-python = ">=3.10"\ndependencies = ["aio.pika"]\n'
            '[tool.poetry.group.dev.dependencies]\npymongo = "*"\n'
        )
        assert {"rabbitmq", "mongodb"} <= {s.kind for s in read(first(texts)).services.values()}
        assert read(first(texts)).tools == {"python3": ">=3.10"}
    assert "postgres" in {service.kind for service in read(first(texts)).services.values()}


def test_a_version_that_the_project_names_is_taken() -> None:
    found = first({".tool-versions": "postgres 16.4\n", **package(dependencies={"pg": "8"})})
    assert str(read(found).services["db"].image) == "postgres:16.4"


def test_a_compose_file_is_taken_over_as_far_as_it_can_be() -> None:
    found = first({"compose.yaml": COMPOSE})
    profile = read(found)
    assert [*profile.services] == ["db", "cache-one", "mail"]
    db, cache, mail = profile.services.values()
    assert (str(db.image), db.volumes) == ("postgres:16.9", ())
    assert db.environment["POSTGRES_USER"] == "shop"
    assert "POSTGRES_PASSWORD: generate" in found.text
    assert db.ports is not None
    assert [(port.host, port.container) for port in db.ports] == [(15432, 5432)]
    assert str(cache.image) == NEWEST["redis"]
    assert (cache.depends_on, cache.command) == (("db",), ("redis-server", "--appendonly", "yes"))
    assert [port.container for port in cache.ports or ()] == [6379, 6380]
    assert (cache.restart, cache.mem_limit) == ("no", 64 << 20)
    assert (mail.kind, len(mail.verify)) == ("container", 1)


@pytest.mark.parametrize(
    "note",
    [
        "app is built from the project's own code",
        "code works on files of this machine that are mounted",
        "shm_size is left out",
        "./sql is left out: put the files beside this profile",
        "privileged is left out: a profile cannot have privileged mode",
        "the port 53:53/udp is left out",
        "redis names no version",
    ],
)
def test_what_cannot_be_taken_over_is_said(note: str) -> None:
    assert note in first({"compose.yaml": COMPOSE}).text


def test_a_kind_that_compose_has_is_not_taken_twice() -> None:
    found = first({"compose.yaml": COMPOSE, **package(dependencies={"pg": "8", "mysql2": "3"})})
    kinds = [service.kind for service in read(found).services.values()]
    assert sorted(kinds) == ["container", "mysql", "postgres", "redis"]
    assert "mysql" in read(found).services  # `db` is another's


def test_what_would_not_be_read_back_is_left_out_and_said() -> None:
    volumes = "volumes: ['x:/y', 'z:/y']"
    bad = f"services: {{db: {{image: postgres:16.9, {volumes}}}, ok: {{image: redis:8.0.2}}}}"
    found = first({"docker-compose.yml": bad})
    assert [*read(found).services] == ["ok"]
    assert "# - db: two volumes are mounted on '/y'" in found.text


def test_variables_that_are_insisted_on_stay_so() -> None:
    text = (
        "services: {db: {image: 'postgres:16.9', environment: {POSTGRES_PASSWORD: '${PW:?ask}'}}}"
    )
    found = first({"compose.yml": text})
    assert '"${PW:?ask}"' in found.text
    assert read(found, PW="x").services["db"].environment["POSTGRES_PASSWORD"] == "x"


def test_a_compose_file_that_cannot_be_read_takes_nothing_along() -> None:
    found = first({"compose.yaml": "services: [", **package(dependencies={"redis": "5"})})
    assert [*read(found).services] == ["cache"]
    assert "compose.yaml could not be read" in found.text


def test_node_is_a_tool_in_the_oldest_version_that_all_admit() -> None:
    texts = package(dependencies={"pg": "8"}, engines={"node": ">=18.2"})
    assert read(first(texts)).tools == {"node": ">=18.2"}
    assert read(first({**texts, ".nvmrc": "v22"})).tools == {"node": ">=22"}


def test_where_nothing_says_anything_there_is_no_profile() -> None:
    assert first_profile("shop", {}, (), {}, vocabulary()) is None
    assert (
        first_profile("shop", package(dependencies={"left-pad": "1"}), (), {}, vocabulary()) is None
    )


def test_every_kind_that_can_be_asked_for_makes_a_profile() -> None:
    profile = read(first({}, *NEWEST))
    assert sorted(service.kind for service in profile.services.values()) == sorted(NEWEST)
    assert not profile.warnings


def test_the_newest_images_are_those_of_their_kinds_and_pin_a_version() -> None:
    for kind, image in NEWEST.items():
        reference = parse_reference(image)
        assert reference.base in KINDS[kind].images
        assert not reference.floating
    assert {kind: KINDS[kind].product for kind in PRODUCTS} == PRODUCTS


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = ("image", "environment", "ports", "volumes", "depends_on", "command", "restart", "build")
IMAGES = st.sampled_from(("postgres:17.11", "redis", "node:24", "x/y:1", "mysql:9.7.4", "A B"))
SERVICE = st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=4).flatmap(
    lambda rest: IMAGES.map(lambda image: {**rest, "image": image})
)


@given(st.dictionaries(st.text(min_size=1, max_size=8), SERVICE | ANYTHING, max_size=3))
def test_whatever_a_compose_file_holds_the_profile_can_be_read(services: dict[str, object]) -> None:
    text = json.dumps({"services": services})
    found = first_profile("shop", {"compose.yaml": text}, ("redis",), {}, vocabulary())
    assert found is None or read(found).services
