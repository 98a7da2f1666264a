"""What a service of one kind may say and one of another may not: jobs, and seeds."""

from __future__ import annotations

import pytest

from envcheck.core.parsing.writer import dump_profile
from envcheck.core.profile import Place
from tests.unit.core.reading import problems, read, service

DATABASE = (
    "name: app\nservices:\n  s:\n    image: postgres:17.11\n"
    "    environment: {POSTGRES_PASSWORD: x}\n    "
)
JOB = "name: app\nservices:\n  s:\n    kind: job\n    image: app:1.0\n    "


@pytest.mark.parametrize(
    ("file", "expected"), [("a.sql", "a.sql"), ("./seeds//a b.sql.gz", "seeds/a b.sql.gz")]
)
def test_a_seed_is_a_file_in_the_profiles_folder(file: str, expected: str) -> None:
    assert service(f"{DATABASE}seed: ['{file}']").seed == (expected,)


def test_seeds_keep_their_order_and_their_places() -> None:
    found = service(f"{DATABASE}seed:\n      - b.sql\n      - a.dump\n")
    assert found.seed == ("b.sql", "a.dump")
    assert found.seed_places == (Place("p.yaml", 7, 9), Place("p.yaml", 8, 9))


def test_a_seed_is_listed_once() -> None:
    assert problems(f"{DATABASE}seed: [a.sql, b.sql, ./a.sql]") == [
        "p.yaml:6:26: the file 'a.sql' is listed twice"
    ]


@pytest.mark.parametrize("image", ["redis:8.0.2", "app:1.0", "node:24.21.0"])
def test_only_a_database_can_be_seeded(image: str) -> None:
    kind = {"redis:8.0.2": "redis", "node:24.21.0": "node"}.get(image, "container")
    text = f"name: app\nservices:\n  s:\n    image: {image}\n    seed: [a.sql]\n"
    assert problems(text) == [
        f"p.yaml:5:5: a service of kind '{kind}' cannot be seeded (what can: postgres)"
    ]


def test_a_job_has_ten_minutes_unless_it_says_otherwise() -> None:
    assert service(JOB).timeout == 600
    assert service(f"{JOB}timeout: 30s").timeout == 30
    assert service(DATABASE).timeout == 60


def test_a_job_may_have_all_that_a_container_needs() -> None:
    found = service(
        f"{JOB}command: [migrate, up]\n    environment: {{A: b}}\n    ports: [80]\n"
        "    volumes: ['data:/data']\n    mem_limit: 1GB\n    depends_on: []\n"
    )
    assert (found.kind, found.command, found.restart) == ("job", ("migrate", "up"), "no")


@pytest.mark.parametrize(
    ("line", "key", "why"),
    [
        ("restart: always", "restart", "it is run once; `up --rerun-jobs` runs it again"),
        ("restart: 'no'", "restart", "it is run once; `up --rerun-jobs` runs it again"),
        ("stable_for: 1", "stable_for", "it is done when it ends with 0"),
        ("verify: [{exec: {command: ['true']}}]", "verify", "its exit code is the proof"),
        ("seed: [a.sql]", "seed", "it keeps no data"),
    ],
)
def test_what_only_something_that_runs_on_can_have(line: str, key: str, why: str) -> None:
    assert problems(f"{JOB}{line}") == [f"p.yaml:6:5: a job cannot have '{key}' ({why})"]


def test_what_is_wrong_in_itself_is_told_once() -> None:
    assert len(problems(f"{JOB}restart: sometimes")) == 1
    assert len(problems(f"{JOB}seed: [/etc/passwd]")) == 1


def test_a_job_survives_writing_and_reading() -> None:
    profile = read(f"{JOB}command: [migrate]\n    timeout: 5m\n")
    again = read(dump_profile(profile)).services["s"]
    assert (again.kind, again.command, again.timeout) == ("job", ("migrate",), 300)
