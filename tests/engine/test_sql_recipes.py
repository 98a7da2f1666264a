"""The images of MySQL and MariaDB that are built here behave as the official ones do."""

from __future__ import annotations

import gzip
import secrets
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from envcheck.services.catalogue import KINDS
from envcheck.services.kind import Access, NotReady
from tests.engine.conftest import Docker
from tests.engine.sql_project import (
    FIRST,
    LAST,
    NAME,
    NAPS,
    ROOT,
    VERSIONS,
    as_root,
    rows,
    up,
    variables,
)
from tests.lab.shell import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from envcheck.engine.client import DockerEngine
    from tests.engine.cli import Cli

pytestmark = pytest.mark.engine
LIMIT = 60


@pytest.fixture(scope="module")
def built(sql: Cli) -> dict[str, str]:
    """Their names by kind; what the profile builds on them is brought up."""
    services = up(sql)
    tags = Docker({})("images", "--format", "{{.Repository}}:{{.Tag}}")
    return {kind: next(tag for tag in tags if f"/{kind}:" in tag) for kind in services}


@contextmanager
def created(docker: Docker, image: str, given: dict[str, str], *command: str) -> Iterator[str]:
    """A container that is not started, with a port; its name."""
    name = f"{NAME}-recipe-{secrets.token_hex(3)}"
    words = [word for pair in given.items() for word in ("-e", "=".join(pair))]
    docker("create", "--name", name, "-p", "127.0.0.1::3306", *words, image, *command)
    try:
        yield name
    finally:
        docker("rm", "-fv", name)


def access_to(docker: Docker, name: str, given: dict[str, str]) -> Access:
    port = int(docker("port", name, "3306")[0].rpartition(":")[2])
    return Access("127.0.0.1", port, given)


@dataclass(frozen=True)
class Started:
    """A server that was interrupted at its first start, and then left to finish another.

    Attributes:
        access: the way to it, as the profile's user.
        refused: how often its probe was refused before the first answer, asked all the time.
        made: when each of its tables was made, in order.
        code: the exit code of the interrupted start.
        log: all that it printed.
    """

    kind: str
    name: str
    access: Access
    refused: int
    made: dict[str, datetime]
    code: str
    log: str


@pytest.fixture(scope="module", params=VERSIONS)
def started(
    request: pytest.FixtureRequest,
    built: dict[str, str],
    engine: DockerEngine,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Started]:
    """One of each, from files with all that may be in them."""
    kind, docker = str(request.param), Docker({})
    folder = tmp_path_factory.mktemp(kind)
    write_files(folder)
    names = ("ROOT_PASSWORD", "USER", "PASSWORD", "DATABASE")
    given = {f"{kind.upper()}_{name}_FILE": f"/secrets/{name}" for name in names}
    with created(docker, built[kind], given, "--max-connections=77") as name:
        docker("cp", f"{folder}/.", f"{name}:/")
        docker("start", name)
        data = ("exec", name, "ls", "/var/lib/mysql")
        wait_until(lambda: docker(*data) != [], "the first file of the data", LIMIT)
        docker("stop", "-t", "30", name)
        (code,) = docker("inspect", "-f", "{{.State.ExitCode}}", name)

        docker("start", name)
        known = {"MYSQL_USER": "anna", "MYSQL_PASSWORD": "p'w", "MYSQL_DATABASE": "a`b"}
        access = access_to(docker, name, known)
        refused = asked_until_ready(kind, access)
        # At once: a server that is ready too early has no last table yet.
        ((first, last),) = rows(url(kind, access), "SELECT first.at, last.at FROM first, last")
        log = "\n".join(engine.logs(name, 1000))
        made = {"first": first, "last": last}
        yield Started(kind, name, access, refused, made, code, log)


def asked_until_ready(kind: str, access: Access) -> int:
    """How often the probe was refused before it was answered."""
    refused, end = 0, time.monotonic() + LIMIT
    while not answers(kind, access):
        assert time.monotonic() < end
        refused += 1
        time.sleep(0.005)
    return refused


def answers(kind: str, access: Access) -> bool:
    probe = KINDS[kind].probe
    assert probe is not None
    try:
        return probe(access).version != ""
    except NotReady:
        return False


def url(kind: str, access: Access) -> str:
    made = KINDS[kind].url
    assert made is not None
    return made(access)


def write_files(folder: Path) -> None:
    """Write what is copied into the container's root: secrets, and scripts of every sort."""
    folder.chmod(0o755)
    own, scripts = folder / "secrets", folder / "docker-entrypoint-initdb.d"
    own.mkdir()
    scripts.mkdir()
    values = {"ROOT_PASSWORD": ROOT, "USER": "anna", "PASSWORD": "p'w", "DATABASE": "a`b"}
    for name, value in values.items():
        (own / name).write_text(f"{value}\n")
    zones = "SELECT CONVERT_TZ('2026-01-01 12:00', 'Europe/Berlin', 'UTC') AS noon"
    (scripts / "1.sql.gz").write_bytes(gzip.compress(f"CREATE TABLE zones {zones};".encode()))
    (scripts / "2.sh").write_text('#!/bin/sh\necho "$MYSQL_DATABASE" >/tmp/executed\n')
    (scripts / "2.sh").chmod(0o755)
    (scripts / "3.sh").write_text(FIRST)
    (scripts / "4.sql").write_text("DELIMITER //\nCREATE PROCEDURE five() SELECT 5;//\n")
    (scripts / "5.txt").write_text("nothing\n")
    (scripts / "6.sql").write_text(LAST)


def test_the_server_of_the_first_start_is_never_taken_for_the_real_one(started: Started) -> None:
    """It answered its scripts all the time that the probe was refused at the published port."""
    assert started.made["last"] - started.made["first"] >= timedelta(seconds=NAPS)
    assert started.refused > NAPS / 0.1


def test_a_first_start_that_is_interrupted_begins_anew(started: Started) -> None:
    assert started.code == "143"
    assert "removing what it has made so far" in started.log
    assert started.log.count("Initializing database files") == 2
    assert started.log.count("init process done") == 1


def test_all_that_a_first_start_is_given_is_done(started: Started, docker: Docker) -> None:
    own = url(started.kind, started.access)
    tables = [name for (name,) in rows(own, "SHOW TABLES")]
    assert tables == ["first", "last", "zones"]
    assert str(rows(own, "SELECT noon FROM zones")[0][0]) == "2026-01-01 11:00:00"
    assert rows(own, "CALL five()") == [(5,)]
    assert docker("exec", started.name, "cat", "/tmp/executed") == ["a`b"]
    assert rows(as_root(started.access), "SELECT @@max_connections") == [(77,)]
    assert "ignoring /docker-entrypoint-initdb.d/5.txt" in started.log
    of = ("exec", started.name, "stat", "-c", "%u:%g", "/var/lib/mysql/mysql", "/proc/1")
    assert docker(*of) == ["999:999"] * 2


REFUSED = {
    "Database is uninitialized and password option is not specified": {},
    "ROOT_PASSWORD_FILE are set": {"ROOT_PASSWORD": "a", "ROOT_PASSWORD_FILE": "/b"},
}


@pytest.mark.parametrize("kind", VERSIONS)
def test_what_the_official_image_refuses_is_refused(
    built: dict[str, str], engine: DockerEngine, docker: Docker, kind: str
) -> None:
    for said, given in REFUSED.items():
        prefixed = {f"{kind.upper()}_{name}": value for name, value in given.items()}
        with created(docker, built[kind], prefixed) as name:
            docker("start", name)
            assert docker("wait", name) == ["1"]
            assert said in "\n".join(engine.logs(name, 50))


@pytest.mark.parametrize("kind", VERSIONS)
def test_a_seed_is_applied_by_its_own_client_up_to_the_first_error(
    sql: Cli, built: object, docker: Docker, tmp_path: Path, kind: str
) -> None:
    container, seeder = f"{NAME}-{kind}", KINDS[kind].seeder
    assert seeder is not None
    given = variables(kind)
    variable = [
        word for pair in seeder.environment(given).items() for word in ("-e", "=".join(pair))
    ]
    docker("exec", *variable, container, *seeder.ping(given))
    script = tmp_path / "seed.sql"
    script.write_text("CREATE TABLE seeded (word TEXT);\nINSERT INTO seeded VALUES ('grün');\n")
    docker("cp", str(script), f"{container}:/tmp/seed-1")
    docker("exec", *variable, container, *seeder.script(given, "/tmp/seed-1"))
    access = access_to(docker, container, given)
    assert rows(as_root(access), "SELECT word FROM shop_1.seeded") == [("grün",)]

    script.write_text("DROP TABLE seeded;\nNO SQL;\nCREATE TABLE after_it (x INT);\n")
    docker("cp", str(script), f"{container}:/tmp/seed-1")
    with pytest.raises(AssertionError, match=r"at line 2 in file: '/tmp/seed-1'"):
        docker("exec", *variable, container, *seeder.script(given, "/tmp/seed-1"))
    assert rows(as_root(access), "SHOW TABLES FROM shop_1 LIKE 'after_it'") == []
