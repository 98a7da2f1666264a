"""MariaDB: as MySQL, with variables and a version of its own."""

from __future__ import annotations

import pytest

from envcheck.core.reference import parse_reference
from envcheck.services.kind import Answer, NotReady
from envcheck.services.mariadb import MARIADB, logins, probe, url
from tests.unit.services.throwaway import access, server
from tests.unit.services.wire_mysql import error, mysql, refusing


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("11.8.9-MariaDB-0+deb13u1", "11.8.9"),
        ("11.4.2-MariaDB-ubu2404-log", "11.4.2"),
        ("5.5.5-10.6.12-MariaDB-1:10.6.12+maria~ubu2004", "10.6.12"),
        ("5.5.68-MariaDB", "5.5.68"),
    ],
)
def test_a_server_that_answers_the_query_is_ready_with_its_version(version: str, told: str) -> None:
    """Version 10 put 5.5.5 before its own, for replicas that knew no 10."""
    with server(mysql({"VERSION()": [[version, "/var/lib/mysql/"]]}, version=version)) as port:
        assert probe(access(port)) == Answer(told, "/var/lib/mysql")


@pytest.mark.parametrize(
    ("environment", "user", "password", "database"),
    [
        ({"MARIADB_ROOT_PASSWORD": "r"}, "root", "r", ""),
        ({"MYSQL_ROOT_PASSWORD": "r", "MYSQL_DATABASE": "d"}, "root", "r", "d"),
        ({"MARIADB_ROOT_PASSWORD": "new", "MYSQL_ROOT_PASSWORD": "old"}, "root", "new", ""),
        ({"MARIADB_ALLOW_EMPTY_ROOT_PASSWORD": "1"}, "root", "", ""),
        ({"MYSQL_ALLOW_EMPTY_PASSWORD": "1"}, "root", "", ""),
        (
            {"MARIADB_USER": "a", "MYSQL_PASSWORD": "p", "MARIADB_DATABASE": "d"},
            *("a", "p", "d"),
        ),
    ],
)
def test_programs_log_in_as_whom_the_image_makes(
    environment: dict[str, str], user: str, password: str, database: str
) -> None:
    login = logins(environment).usual
    assert (login.user, login.password, login.database) == (user, password, database)
    assert login.unknown == ""


@pytest.mark.parametrize(
    "variable",
    ["MARIADB_ROOT_PASSWORD_HASH", "MARIADB_RANDOM_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD_FILE"],
)
def test_a_password_that_cannot_be_known_is_told_of_where_root_is_refused(variable: str) -> None:
    refused = error(1045, "Access denied for user 'root'@'172.17.0.1' (using password: NO)")
    with (
        server(refusing(refused)) as port,
        pytest.raises(NotReady, match=r"cannot be known here: .* MARIADB_USER"),
    ):
        probe(access(port, {variable: "x"}))


def test_a_way_to_log_in_that_the_client_does_not_have_is_named() -> None:
    asks = b"\xfeclient_ed25519\0" + bytes(32)
    with server(refusing(asks)) as port, pytest.raises(NotReady, match=r"asks for: .*ed25519"):
        probe(access(port, {"MARIADB_ROOT_PASSWORD": "canary"}))


def test_the_address_has_the_scheme_that_most_libraries_read() -> None:
    given = {"MARIADB_USER": "a", "MARIADB_PASSWORD": "p", "MARIADB_DATABASE": "d"}
    assert url(access(3306, given)) == "mysql://a:p@127.0.0.1:3306/d"


def test_a_seed_ends_at_its_first_error() -> None:
    """Without being told so, MariaDB's client goes on."""
    assert MARIADB.seeder is not None
    command = MARIADB.seeder.script({"MARIADB_ROOT_PASSWORD": "canary"}, "/tmp/x")
    assert command[0] == "mariadb"
    assert "--abort-source-on-error" in command
    assert "--user=root" in command
    assert not any("canary" in word for word in command)


def test_its_data_is_where_the_official_image_has_it() -> None:
    assert MARIADB.data_path(parse_reference("mariadb:11.8")) == "/var/lib/mysql"


def test_one_of_the_ways_to_have_a_password_is_needed() -> None:
    (ways,) = MARIADB.required
    assert {"MARIADB_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD_HASH", "MYSQL_ROOT_PASSWORD"} < {*ways}
