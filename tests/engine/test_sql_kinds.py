"""MySQL and MariaDB, as profiles have them: one instance of the two for all tests."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from envcheck.services.catalogue import KINDS
from envcheck.services.kind import Access, NotReady
from tests.engine.sql_project import (
    HERE,
    NAME,
    OTHER,
    ROOT,
    VERSIONS,
    access_to,
    as_root,
    rows,
    up,
    urls,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engine.cli import Cli, Ran
    from tests.engine.conftest import Docker

pytestmark = pytest.mark.engine
MAJORS = {"mysql": "9.", "mariadb": "11."}


@pytest.fixture(scope="module")
def services(sql: Cli) -> dict[str, dict[str, Any]]:
    """What is told of each as it runs, for the tests that leave it so."""
    return up(sql)


def verdict(ran: Ran, service: str) -> dict[str, Any]:
    results: list[dict[str, Any]] = ran.report["results"]
    return next(one for one in results if one["id"] == f"service.{service}.ready")


def question(kind: str, id: str) -> Callable[[Access], str]:
    return next(one.ask for one in KINDS[kind].questions if one.id == id)


def test_each_is_ready_with_the_major_version_that_is_pinned(
    services: dict[str, dict[str, Any]], docker: Docker
) -> None:
    assert {name: one["state"] for name, one in services.items()} == dict.fromkeys(
        VERSIONS, "ready"
    )
    for kind, major in MAJORS.items():
        assert services[kind]["version"].startswith(major)
    volumes = docker("volume", "ls", "-q", "--filter", f"label=dev.envcheck.instance={NAME}")
    assert sorted(volumes) == [f"{NAME}_mariadb-data", f"{NAME}_mysql-data"]


@pytest.mark.parametrize("kind", VERSIONS)
def test_programs_connect_with_the_variables(
    sql: Cli, services: dict[str, dict[str, Any]], kind: str
) -> None:
    url, dial = urls(sql)[kind], KINDS[kind].dial
    assert url.startswith("mysql://anna:")
    assert rows(url, "SELECT CURRENT_USER(), DATABASE()") == [("anna@%", "shop_1")]
    assert dial is not None
    assert dial(url, 5.0) == "anna@% reaches database shop_1"
    with pytest.raises(NotReady, match="Access denied"):
        dial(url.replace("anna:", "anna:x"), 5.0)


@pytest.mark.parametrize("kind", VERSIONS)
def test_its_own_client_is_logged_in(
    services: dict[str, dict[str, Any]], sql: Cli, kind: str
) -> None:
    ask = (kind, "--batch", "--execute", "SELECT CURRENT_USER(), DATABASE()")
    ran = sql("shell", "sql", kind, "--instance", NAME, "--", *ask)
    assert (ran.code, ran.err, ran.out.splitlines()[-1:]) == (0, "", ["anna@%\tshop_1"])


@pytest.mark.parametrize("kind", VERSIONS)
def test_whatever_is_asked_of_it_is_answered_and_nothing_stays(
    services: dict[str, dict[str, Any]], kind: str
) -> None:
    access, probe = access_to(services[kind], kind), KINDS[kind].probe
    before = everything(access)
    said = {one.id: one.ask(access) for one in KINDS[kind].questions}
    assert said["credentials"] == "anna@% logs in with its password"
    assert said["database"].startswith("shop_1 is there: utf8mb4, tables: 2, ")
    assert said["writable"].startswith("a table was made")
    assert everything(access) == before
    assert probe is not None
    assert probe(access).data_path == "/var/lib/mysql"


@pytest.mark.parametrize(
    ("changes", "asked", "said"),
    [
        ({"password": OTHER}, "credentials", "Access denied for user 'anna'"),
        ({"database": "nowhere"}, "database", "to database 'nowhere'"),
    ],
)
@pytest.mark.parametrize("kind", VERSIONS)
def test_a_bad_answer_to_a_question_is_the_servers_own(
    services: dict[str, dict[str, Any]], kind: str, changes: dict[str, str], asked: str, said: str
) -> None:
    access, probe = access_to(services[kind], kind, **changes), KINDS[kind].probe
    assert probe is not None
    for ask in (question(kind, asked), question(kind, "writable"), probe):
        with pytest.raises(NotReady, match=said):
            ask(access)


@pytest.mark.parametrize("kind", VERSIONS)
def test_a_server_that_is_read_only_is_not_writable(
    services: dict[str, dict[str, Any]], docker: Docker, kind: str
) -> None:
    """A temporary table could be made in it."""
    access = access_to(services[kind], kind)
    client = [*("exec", "-e", f"MYSQL_PWD={ROOT}", f"{NAME}-{kind}", kind, "-uroot", "-e")]
    docker(*client, "SET GLOBAL read_only = ON")
    try:
        with pytest.raises(NotReady, match=r"read[-_]only"):
            question(kind, "writable")(access)
    finally:
        docker(*client, "SET GLOBAL read_only = OFF")
    assert question(kind, "writable")(access)


@pytest.mark.parametrize("database", ["shop_1", ""])
@pytest.mark.parametrize("kind", VERSIONS)
def test_a_word_is_kept_until_it_is_taken_away_and_nothing_stays(
    services: dict[str, dict[str, Any]], kind: str, database: str
) -> None:
    """Where the profile names no database, there is one for the word as long as it is kept."""
    access, marker = access_to(services[kind], kind, database=database), KINDS[kind].marker
    assert marker is not None
    before = everything(access)
    assert marker.read(access, "x1") == ""
    marker.write(access, "x1")
    marker.write(access, "y2")  # as after a run that was killed
    assert marker.read(access, "y2") == "y2"
    assert everything(access) != before
    marker.remove(access, "y2")
    assert marker.read(access, "y2") == ""
    marker.remove(access, "y2")
    assert everything(access) == before


def everything(access: Access) -> list[tuple[Any, ...]]:
    """All tables and databases that root sees."""
    return rows(
        as_root(access),
        "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES"
        " UNION SELECT SCHEMA_NAME, '' FROM information_schema.SCHEMATA ORDER BY 1, 2",
    )


@pytest.mark.parametrize("kind", VERSIONS)
def test_a_server_that_hangs_is_waited_for_no_longer_than_said(
    services: dict[str, dict[str, Any]], docker: Docker, kind: str
) -> None:
    access, probe = replace(access_to(services[kind], kind), timeout=0.5), KINDS[kind].probe
    assert probe is not None
    docker("pause", f"{NAME}-{kind}")
    try:
        begun = time.monotonic()
        with pytest.raises(NotReady, match="timed out"):
            probe(access)
        assert time.monotonic() - begun < 2
    finally:
        docker("unpause", f"{NAME}-{kind}")
    assert probe(replace(access, timeout=10)).version


def test_a_row_survives_down_and_up_and_scripts_run_once(sql: Cli) -> None:
    up(sql)
    before = urls(sql)
    for url in before.values():
        rows(url, "CREATE TABLE kept (word VARCHAR(20))")
        rows(url, "INSERT INTO kept VALUES ('still here')")
    made = {kind: rows(url, "SELECT at FROM last") for kind, url in before.items()}
    assert sql("down", *HERE).code == 0
    up(sql)
    for kind, url in urls(sql).items():
        assert rows(url, "SELECT word FROM kept") == [("still here",)]
        assert rows(url, "SELECT at FROM last") == made[kind]


def test_what_the_data_was_not_made_with_is_told_in_plain_words(sql: Cli) -> None:
    up(sql)
    write(sql.folder, timeout=8, mysql={"password": OTHER}, mariadb={"database": "other"})
    failed = sql("up", "--yes", *HERE, "--json")
    assert failed.code == 1
    told = verdict(failed, "mysql")
    assert told["fault"] == "mysql.old-password"
    assert told["summary"] == "the server refuses the profile's user or password"
    assert any("Access denied for user 'anna'" in line for line in told["evidence"])
    assert "the password in the profile that the data was made with" in told["fix"]["text"]
    assert verdict(failed, "mariadb")["fault"] == "mysql.old-database"
    for secret in (OTHER, ROOT):
        assert secret not in failed.out + failed.err
