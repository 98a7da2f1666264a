"""MySQL: a query with the profile's own credentials, or why not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcheck.core.reference import parse_reference
from envcheck.services.kind import Access, Answer, NotReady
from envcheck.services.mysql import MYSQL, logins, probe, url
from tests.unit.services.throwaway import (
    PATIENCE,
    access,
    babble,
    hang_up,
    nobody,
    say_nothing,
    server,
)
from tests.unit.services.wire_mysql import OK, error, greeting, mysql, packet, refusing

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from tests.unit.services.throwaway import Serve
    from tests.unit.services.wire_mysql import Rows

ANNA = {"MYSQL_USER": "anna", "MYSQL_PASSWORD": "hunter2", "MYSQL_DATABASE": "shop"}
FOUND = {"VERSION()": [["9.7.4", "/var/lib/mysql/"]]}


def question(id: str) -> Callable[[Access], str]:
    return next(one.ask for one in MYSQL.questions if one.id == id)


@pytest.mark.parametrize(
    ("version", "told"), [("9.7.4", "9.7.4"), ("8.0.36-28", "8.0.36"), ("x", "")]
)
def test_a_server_that_answers_the_query_is_ready_with_its_version(version: str, told: str) -> None:
    answers = {"VERSION()": [[version, "/var/lib/mysql/"]]}
    with server(mysql(answers)) as port:
        assert probe(access(port, ANNA)) == Answer(told, "/var/lib/mysql")


def test_where_nobody_listens_is_not_ready_after_one_attempt() -> None:
    begun = time.monotonic()
    with pytest.raises(NotReady, match="Connection refused"):
        probe(access(nobody(), ANNA))
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("code", "message", "greets"),
    [
        (1045, "Access denied for user 'anna'@'172.17.0.1' (using password: YES)", True),
        (1049, "Unknown database 'shop'", True),
        (1040, "Too many connections", False),
        (1130, "Host '172.17.0.1' is not allowed to connect to this MySQL server", False),
    ],
)
def test_a_server_that_refuses_is_quoted_on_one_line(
    code: int, message: str, *, greets: bool
) -> None:
    with (
        server(refusing(error(code, message), greets=greets)) as port,
        pytest.raises(NotReady) as caught,
    ):
        probe(access(port, ANNA))
    assert str(caught.value) == message


def test_a_password_that_cannot_be_known_is_told_of_where_root_is_refused() -> None:
    refused = error(1045, "Access denied for user 'root'@'172.17.0.1' (using password: NO)")
    with (
        server(refusing(refused)) as port,
        pytest.raises(NotReady, match=r"cannot be known here: .* MYSQL_USER"),
    ):
        probe(access(port, {"MYSQL_RANDOM_ROOT_PASSWORD": "yes"}))


@pytest.mark.parametrize("serve", [hang_up, babble, say_nothing])
def test_what_is_no_mysql_is_not_ready(serve: Serve) -> None:
    begun = time.monotonic()
    with server(serve) as port, pytest.raises(NotReady, match=r"\S"):
        probe(access(port, ANNA))
    assert time.monotonic() - begun < PATIENCE + 2


@pytest.mark.parametrize("packets", [1, 2, 3])
def test_a_server_that_falls_silent_is_waited_for_no_longer_than_said(packets: int) -> None:
    """After its greeting, after the login, after the first statement."""
    said = [packet(0, greeting("9.7.4")), packet(2, OK), packet(1, OK)][:packets]

    def serve(connection: socket.socket) -> None:
        for one in said:
            connection.sendall(one)
            connection.recv(4096)
        say_nothing(connection)

    begun = time.monotonic()
    with server(serve) as port, pytest.raises(NotReady, match="timed out"):
        probe(access(port, ANNA))
    assert time.monotonic() - begun < 2 * PATIENCE + 2


@given(st.binary(min_size=1, max_size=200))
def test_whatever_else_is_said_is_no_answer(noise: bytes) -> None:
    with (
        server(lambda connection: connection.sendall(packet(0, noise))) as port,
        pytest.raises(NotReady),
    ):
        probe(access(port, ANNA))


def test_who_is_taken_for_somebody_else_has_no_credentials() -> None:
    """A server with an account that has no name lets in everybody, whatever the password."""
    with (
        server(mysql({"CURRENT_USER()": [["@localhost"]]})) as port,
        pytest.raises(NotReady, match="anna is taken for @localhost"),
    ):
        question("credentials")(access(port, ANNA))


def test_what_was_begun_is_taken_away_where_it_cannot_be_finished() -> None:
    full = error(1114, "The table 'envcheck_writable' is full")
    said: list[str] = []
    answers: dict[str, Rows] = {"GET_LOCK": [[1]]}
    serve = mysql(answers, refuses={"INSERT": full}, said=said)
    with server(serve) as port, pytest.raises(NotReady, match="is full"):
        question("writable")(access(port, ANNA))
    ours = [one.partition(" ")[0] for one in said if "envcheck_writable" in one]
    assert ours == ["SELECT", "DROP", "CREATE", "INSERT", "DROP"]


def test_a_row_that_is_lost_is_told() -> None:
    answers: dict[str, Rows] = {"GET_LOCK": [[1]], "SELECT word": [["something else"]]}
    with server(mysql(answers)) as port, pytest.raises(NotReady, match="written"):
        question("writable")(access(port, ANNA))


@pytest.mark.parametrize(
    ("environment", "user", "password", "database"),
    [
        ({"MYSQL_ROOT_PASSWORD": "r"}, "root", "r", ""),
        ({"MYSQL_ROOT_PASSWORD": "r", "MYSQL_DATABASE": "d"}, "root", "r", "d"),
        ({"MYSQL_ALLOW_EMPTY_PASSWORD": "1"}, "root", "", ""),
        ({"MYSQL_ROOT_PASSWORD": "r", **ANNA}, "anna", "hunter2", "shop"),
        # The image makes no user without a password.
        ({"MYSQL_ROOT_PASSWORD": "r", "MYSQL_USER": "anna"}, "root", "r", ""),
        ({"MYSQL_ROOT_PASSWORD": "r", "MYSQL_PASSWORD": "p"}, "root", "r", ""),
        # What is meant for another image.
        (
            {"MYSQL_ROOT_PASSWORD": "r", "MARIADB_USER": "a", "MARIADB_PASSWORD": "p"},
            "root",
            "r",
            "",
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
    ("environment", "user"),
    [
        ({**ANNA, "MYSQL_ROOT_PASSWORD": "r"}, "anna"),
        ({**ANNA, "MYSQL_ROOT_PASSWORD": "r", "MYSQL_DATABASE": ""}, "root"),
        ({**ANNA, "MYSQL_RANDOM_ROOT_PASSWORD": "1", "MYSQL_DATABASE": ""}, "anna"),
    ],
)
def test_without_a_database_only_root_may_make_things(
    environment: dict[str, str], user: str
) -> None:
    assert logins(environment).keeper.user == user


def test_no_password_is_shown_by_a_login() -> None:
    assert "hunter2" not in repr(logins({**ANNA, "MYSQL_ROOT_PASSWORD": "hunter2"}))


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({"MYSQL_ROOT_PASSWORD": "r"}, "mysql://root:r@127.0.0.1:3306/"),
        ({"MYSQL_ALLOW_EMPTY_PASSWORD": "1"}, "mysql://root@127.0.0.1:3306/"),
        (ANNA, "mysql://anna:hunter2@127.0.0.1:3306/shop"),
        (
            {"MYSQL_USER": "a@b", "MYSQL_PASSWORD": "p:q/r?s#t%u v", "MYSQL_DATABASE": "d/e"},
            "mysql://a%40b:p%3Aq%2Fr%3Fs%23t%25u%20v@127.0.0.1:3306/d%2Fe",
        ),
    ],
)
def test_the_address_is_what_programs_read(environment: dict[str, str], address: str) -> None:
    assert url(access(3306, environment)) == address
    parts, login = urlsplit(address), logins(environment).usual
    assert unquote(parts.username or "") == login.user
    assert unquote(parts.password or "") == login.password


def test_dialling_needs_the_address_alone() -> None:
    assert MYSQL.dial is not None
    with server(mysql({"CURRENT_USER()": [["anna@%", "shop"]]})) as port:
        assert MYSQL.dial(f"mysql://anna:p@127.0.0.1:{port}/shop", 1) == (
            "anna@% reaches database shop"
        )
    with server(mysql({"CURRENT_USER()": [["root@%", None]]})) as port:
        assert MYSQL.dial(f"mysql://root:p@127.0.0.1:{port}/", 1) == "root@% reaches the server"


def test_a_seed_is_applied_by_root_and_its_password_stands_in_no_command() -> None:
    seeder, environment = MYSQL.seeder, {**ANNA, "MYSQL_ROOT_PASSWORD": "canary"}
    assert seeder is not None
    for command in (seeder.ping(environment), seeder.script(environment, "/tmp/x")):
        assert command[0] == "mysql"
        assert {"--host=127.0.0.1", "--protocol=tcp", "--user=root", "--database=shop"} <= {
            *command
        }
        assert not any("canary" in word or "hunter2" in word for word in command)
    assert seeder.environment(environment) == {"MYSQL_PWD": "canary"}
    assert seeder.secrets == {"MYSQL_PWD"}
    unknown = {**ANNA, "MYSQL_RANDOM_ROOT_PASSWORD": "yes"}
    assert "--user=anna" in seeder.ping(unknown)
    assert seeder.environment(unknown) == {"MYSQL_PWD": "hunter2"}


def test_its_data_is_where_the_official_image_has_it() -> None:
    assert MYSQL.data_path(parse_reference("mysql:9.7")) == "/var/lib/mysql"


def test_one_of_the_ways_to_have_a_password_is_needed() -> None:
    assert MYSQL.required == (
        (
            *("MYSQL_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD_FILE"),
            *("MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD"),
        ),
    )
