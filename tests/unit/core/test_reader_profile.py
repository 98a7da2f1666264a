"""The keys of a profile: what each takes, and what is said where it is given something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from envcheck.core.errors import ProfileInvalid
from envcheck.core.parsing.reader import read_profile
from envcheck.core.profile import HttpProbe, Place, Port, Requires
from tests.unit.core.reading import VOCABULARY, problems, read, with_top

WEBAPP = Path(__file__).parents[3] / "profiles" / "webapp.yaml"
NAMES = "(1 to 40 of a-z, 0-9, '-' and '_', starting with a letter or digit)"


def test_webapp_is_read_as_the_design_shows_it() -> None:
    profile = read(WEBAPP.read_text(encoding="utf-8"))
    db, cache, web = profile.services.values()
    assert (profile.name, profile.file, profile.root) == ("webapp", "p.yaml", "/project")
    assert profile.requires == Requires(">=20.10", 10**9, 3 * 10**9)
    assert profile.tools == {"git": ">=2.30"}
    assert profile.warnings == ()
    assert (db.kind, str(db.image), db.ports) == (
        "postgres",
        "postgres:17.11",
        (Port(5432, 5432),),
    )
    assert db.environment["POSTGRES_PASSWORD"] == "app"
    assert (cache.kind, str(cache.image), cache.ports) == ("redis", "redis:8.0.2", None)
    assert (web.kind, web.image, web.build) == ("node", None, "webapp")
    assert web.depends_on == ("db", "cache")
    assert web.verify == (HttpProbe("/", 200, "Hello from Docker!"),)
    assert db.place == Place("p.yaml", 7, 3)


def test_problems_bear_the_files_name_and_the_exit_code() -> None:
    with pytest.raises(ProfileInvalid) as caught:
        read_profile("", file="x/y.yaml", root="/x", environ={}, vocabulary=VOCABULARY)
    assert caught.value.evidence[0].startswith("x/y.yaml:1:1: ")
    assert caught.value.exit_code == 2


def test_every_problem_is_told_at_once_in_the_order_of_the_file() -> None:
    text = """\
nmae: webapp
requires: {memory: 1}
services:
  db:
    image: postgres
    port: [5432]
    depends_on: [web, wep]
  web:
    build: ../web
    privileged: true
    depends_on: [db]
    timeout: soon
"""
    assert problems(text) == [
        "p.yaml:1:1: unknown key 'nmae' (did you mean 'name'?)",
        "p.yaml:2:20: '1' is not a size (such as 512MB, 1.5GB or 3GiB)",
        (
            "p.yaml:5:12: the image 'postgres' is not pinned: it has no tag "
            "(name a version, such as postgres:1.2.3)"
        ),
        "p.yaml:6:5: unknown key 'port' (did you mean 'ports'?)",
        "p.yaml:7:18: services depend on each other: db -> web -> db",
        "p.yaml:7:23: there is no service 'wep' (did you mean 'web'?)",
        "p.yaml:9:12: '../web' leads out of the profile's folder",
        "p.yaml:10:5: not offered: 'privileged' (a profile cannot have privileged mode)",
        "p.yaml:12:14: 'soon' is not a duration (such as 90, 30s or 2m)",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "description: x\n",
            [
                "p.yaml:1:1: the key 'name' is missing (such as name: \"webapp\")",
                (
                    "p.yaml:1:1: the key 'services' is missing "
                    '(such as services: {"db": {"image": "postgres:17.11"}})'
                ),
            ],
        ),
        (
            "name: app\nsevices: {s: {image: 'a:1.0'}}\n",
            ["p.yaml:2:1: unknown key 'sevices' (did you mean 'services'?)"],
        ),
        (
            "name: app\nservices: {}\n",
            ["p.yaml:2:11: 'services' is empty (a profile has at least one service)"],
        ),
        (
            "name: app\nservices:\n",
            ["p.yaml:2:10: 'services' is empty (give it a value or leave it out)"],
        ),
        (
            "name: app\nservices: [s]\n",
            [
                (
                    "p.yaml:2:11: 'services' must be a mapping, not a list "
                    '(such as services: {"db": {"image": "postgres:17.11"}})'
                )
            ],
        ),
        (
            "name: app\nservices: {s: , t: 5}\n",
            [
                "p.yaml:2:14: 's' is empty (give it a value or leave it out)",
                "p.yaml:2:20: 't' must be a mapping, not the number 5",
            ],
        ),
        (
            "name: 5\nservices: {s: {image: 'a:1.0'}}\n",
            ["p.yaml:1:7: 'name' must be text, not the number 5 (such as name: \"webapp\")"],
        ),
        (
            "name: [app]\nservices: {s: {image: 'a:1.0'}}\n",
            ["p.yaml:1:7: 'name' must be text, not a list (such as name: \"webapp\")"],
        ),
        (
            "name: Web App\nservices: {S!: {image: 'a:1.0'}}\n",
            [
                f"p.yaml:1:7: 'Web App' cannot be a name {NAMES}",
                f"p.yaml:2:12: 'S!' cannot be a name {NAMES}",
            ],
        ),
    ],
)
def test_what_every_profile_needs(text: str, expected: list[str]) -> None:
    assert problems(text) == expected


def test_a_name_has_forty_characters_at_most() -> None:
    assert read(with_top("").replace("app", "a" * 40, 1)).name == "a" * 40
    assert problems(with_top("").replace("app", "a" * 41, 1)) == [
        f"p.yaml:1:7: '{'a' * 41}' cannot be a name {NAMES}"
    ]


def test_a_profile_has_a_hundred_services_at_most() -> None:
    services = "".join(f"  s{n}: {{image: 'a:1.0'}}\n" for n in range(101))
    assert problems(f"name: app\nservices:\n{services}") == [
        "p.yaml:3:3: a profile has at most 100 services"
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("descripton: x", "4:1: unknown key 'descripton' (did you mean 'description'?)"),
        ("zzz: x", "4:1: unknown key 'zzz'"),
        ("version: '3'", "4:1: unknown key 'version' (leave it out)"),
        (
            "volumes: {data: }",
            "4:1: unknown key 'volumes' (volumes need no declaration: name them in a service)",
        ),
        ("requires: {docke: 1}", "4:12: unknown key 'docke' (did you mean 'docker'?)"),
        (
            "requires: 1GB",
            (
                "4:11: 'requires' must be a mapping, not text "
                '(such as requires: {"docker": ">=20.10", "memory": "1GB", "disk": "3GB"})'
            ),
        ),
        (
            "tools: [git]",
            '4:8: \'tools\' must be a mapping, not a list (such as tools: {"git": ">=2.30"})',
        ),
        ("tools: {git: }", "4:13: 'git' is empty (give it a value or leave it out)"),
        ("tools: {git: 2.30}", "4:14: '2.30' is not a version range (such as \">=2.30\")"),
        (
            "tools: {git: new}",
            "4:14: 'new' is not a version range (such as \">=2.30\")",
        ),
        ("tools: {rm -rf: ''}", "4:9: 'rm -rf' is not the name of a program (such as git)"),
        ("requires: {docker: 20}", "4:20: '20' is not a version range (such as \">=20\")"),
        ("requires: {disk: 3}", "4:18: '3' is not a size (such as 512MB, 1.5GB or 3GiB)"),
        ("requires: {disk: 3gb}", "4:18: '3gb' is not a size (such as 512MB, 1.5GB or 3GiB)"),
        ("requires: {disk: -3GB}", "4:18: '-3GB' is not a size (such as 512MB, 1.5GB or 3GiB)"),
        (
            "requires: {memory: [1GB]}",
            "4:20: 'memory' must be text, not a list (such as memory: \"1GB\")",
        ),
        (
            'description: "\\e[2J"',
            "4:14: control characters cannot stand in a description",
        ),
    ],
)
def test_what_a_top_level_key_refuses(line: str, expected: str) -> None:
    assert problems(with_top(line)) == [f"p.yaml:{expected}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0B", 0),
        ("1KB", 10**3),
        ("512MB", 512 * 10**6),
        ("1.5GB", 1_500_000_000),
        ("2 TB", 2 * 10**12),
        ("1KiB", 2**10),
        ("512MiB", 2**29),
        ("3GiB", 3 * 2**30),
        ("1TiB", 2**40),
    ],
)
def test_a_size_in_bytes(text: str, expected: int) -> None:
    assert read(with_top(f"requires: {{memory: {text}}}")).requires.memory == expected


@pytest.mark.parametrize("text", ["'>=2.30'", "''", "'>=20,<22'", "==3.*", "~=1.4"])
def test_a_version_range(text: str) -> None:
    assert read(with_top(f"tools: {{git: {text}}}")).tools == {"git": text.strip("'")}


def test_a_description_is_one_line() -> None:
    text = with_top("description: |\n  Postgres\n  and Redis\n")
    assert read(text).description == "Postgres and Redis"
