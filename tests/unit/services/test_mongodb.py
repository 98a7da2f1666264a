"""MongoDB: let in with the profile's own credentials, or why not.

Against a small server written after MongoDB's manual: no real one can be had here.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcheck.core.reference import parse_reference
from envcheck.services.kind import Access, Answer, NotReady
from envcheck.services.mongodb import MONGODB, probe, url
from tests.unit.services.throwaway import (
    PATIENCE,
    access,
    babble,
    hang_up,
    nobody,
    say_nothing,
    server,
)
from tests.unit.services.wire_mongodb import HEADER, OP_MSG, Mongod, error, serving

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from tests.unit.services.throwaway import Serve

SECRET = "p@ss:w/ö%d"
USERS = {"anna": SECRET}
ANNA = {
    "MONGO_INITDB_ROOT_USERNAME": "anna",
    "MONGO_INITDB_ROOT_PASSWORD": SECRET,
    "MONGO_INITDB_DATABASE": "shop",
}
NOT_WRITABLE = error(10107, "NotWritablePrimary", "not primary")


def reach(port: int, environment: dict[str, str] | None = None) -> Access:
    """As a service is asked that needs a moment to log somebody in."""
    return replace(access(port, environment), timeout=5.0)


def question(id: str) -> Callable[[Access], str]:
    return next(one.ask for one in MONGODB.questions if one.id == id)


@pytest.mark.parametrize(("users", "environment"), [({}, {}), (USERS, ANNA)])
def test_a_server_that_lets_the_profiles_user_in_is_ready_with_its_version(
    users: dict[str, str], environment: dict[str, str]
) -> None:
    mongod = Mongod(users=users)
    with serving(mongod) as port:
        assert probe(reach(port, environment)) == Answer("8.0.12", "/data/db")
    assert "ping" in mongod.asked


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"net": {"bindIp": "*"}}, "/data/db"),
        ({"storage": {"dbPath": "/data/elsewhere/"}}, "/data/elsewhere"),
        ({"storage": {"engine": "wiredTiger"}}, "/data/db"),
    ],
)
def test_the_server_tells_where_its_data_is(options: dict[str, object], path: str) -> None:
    """By its options; where they do not say, mongod has it where it has it without any."""
    with serving(Mongod(options=options)) as port:
        assert probe(reach(port)).data_path == path


def test_who_may_not_ask_about_the_server_finds_it_ready_all_the_same() -> None:
    denied = error(13, "Unauthorized", "not authorized on admin to execute command")
    with serving(Mongod(refuses={"getcmdlineopts": denied, "buildinfo": denied})) as port:
        assert probe(reach(port)) == Answer("", "")


@pytest.mark.parametrize(
    "environment",
    [
        {**ANNA, "MONGO_INITDB_ROOT_PASSWORD": "hunter2"},
        {**ANNA, "MONGO_INITDB_ROOT_USERNAME": "nobody"},
    ],
)
def test_who_is_not_let_in_finds_it_not_ready(environment: dict[str, str]) -> None:
    with serving(Mongod(users=USERS)) as port, pytest.raises(NotReady) as caught:
        probe(reach(port, environment))
    assert str(caught.value) == "Authentication failed."


def test_a_user_that_data_made_without_one_does_not_know_is_not_let_in() -> None:
    """As where the volume was made before the profile named a user."""
    with serving(Mongod()) as port, pytest.raises(NotReady, match="Authentication failed"):
        probe(reach(port, ANNA))


def test_where_nobody_listens_is_not_ready_at_once() -> None:
    """The library would try again until its time is over."""
    begun = time.monotonic()
    with pytest.raises(NotReady, match=r"^127\.0\.0\.1:\d+: Connection refused$"):
        probe(reach(nobody(), ANNA))
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("serve", [hang_up, babble, say_nothing])
def test_what_is_no_mongodb_is_not_ready(serve: Serve) -> None:
    begun = time.monotonic()
    with server(serve) as port, pytest.raises(NotReady, match=r"\S"):
        probe(access(port, ANNA))
    assert time.monotonic() - begun < PATIENCE + 2


def saying(data: bytes) -> Serve:
    return lambda connection: connection.sendall(data)


@given(st.binary(max_size=200))
def test_whatever_else_is_said_is_no_answer(noise: bytes) -> None:
    head = HEADER.pack(HEADER.size + len(noise), 0, 1, OP_MSG)
    for said in (noise, head + noise):
        with server(saying(said)) as port, pytest.raises(NotReady):
            probe(access(port))


def test_a_server_that_falls_silent_after_its_greeting_is_waited_for_no_longer_than_said() -> None:
    greeting = {"ok": 1.0, "helloOk": True, "isWritablePrimary": True, "maxWireVersion": 25}
    body = bytes(5) + bson.encode(greeting)

    def serve(connection: socket.socket) -> None:
        _, request, _, operation = HEADER.unpack(connection.recv(4096)[: HEADER.size])
        if operation == OP_MSG:  # by hand; to the library it says nothing
            head = HEADER.pack(HEADER.size + len(body), 1, request, operation)
            connection.sendall(head + body)
        say_nothing(connection)

    begun = time.monotonic()
    with server(serve) as port, pytest.raises(NotReady, match="timed out"):
        probe(access(port, ANNA))
    assert time.monotonic() - begun < 2 * PATIENCE + 2


def test_no_secret_stands_in_what_is_said_of_a_server_that_hangs() -> None:
    with server(say_nothing) as port, pytest.raises(NotReady) as caught:
        probe(access(port, ANNA))
    assert SECRET not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_refusal_of_hello_is_quoted() -> None:
    refused = {"hello": error(0, "X", "server is shutting down")}
    with serving(Mongod(refuses=refused)) as port, pytest.raises(NotReady, match="shutting down"):
        probe(reach(port))


@pytest.mark.parametrize(
    ("environment", "command", "address"),
    [
        ({}, (), "mongodb://127.0.0.1:27017/"),
        ({"MONGO_INITDB_DATABASE": "d"}, (), "mongodb://127.0.0.1:27017/d"),
        (
            ANNA,
            (),
            "mongodb://anna:p%40ss%3Aw%2F%C3%B6%25d@127.0.0.1:27017/shop?authSource=admin",
        ),
        # The image makes a user only where both are set.
        ({"MONGO_INITDB_ROOT_USERNAME": "anna"}, (), "mongodb://127.0.0.1:27017/"),
        ({}, ("--replSet", "rs0"), "mongodb://127.0.0.1:27017/?directConnection=true"),
        (
            ANNA | {"MONGO_INITDB_ROOT_PASSWORD": "p"},
            ("mongod", "--replSet=rs0"),
            "mongodb://anna:p@127.0.0.1:27017/shop?authSource=admin&directConnection=true",
        ),
    ],
)
def test_the_address_is_what_programs_read(
    environment: dict[str, str], command: tuple[str, ...], address: str
) -> None:
    from pymongo.uri_parser import parse_uri

    assert url(access(27017, environment, command)) == address
    read = parse_uri(address)
    assert read["nodelist"] == [("127.0.0.1", 27017)]
    if environment == ANNA:
        assert (read["username"], read["password"], read["database"]) == ("anna", SECRET, "shop")


@pytest.mark.parametrize(
    ("users", "environment", "reached"),
    [
        ({}, {}, "anybody reaches database test"),
        (USERS, ANNA, "anna@admin reaches database shop"),
    ],
)
def test_dialling_needs_the_address_alone(
    users: dict[str, str], environment: dict[str, str], reached: str
) -> None:
    assert MONGODB.dial is not None
    with serving(Mongod(users=users)) as port:
        assert MONGODB.dial(url(access(port, environment)), 5.0) == reached


def test_dialling_without_the_user_that_is_asked_for_reaches_nothing() -> None:
    assert MONGODB.dial is not None
    with serving(Mongod(users=USERS)) as port, pytest.raises(NotReady, match="authentication"):
        MONGODB.dial(url(access(port)), 5.0)
    with pytest.raises(NotReady, match="refused"):
        MONGODB.dial(url(access(nobody())), 5.0)


def test_credentials_are_those_of_whom_the_server_knows() -> None:
    with serving(Mongod(users=USERS)) as port:
        assert question("credentials")(reach(port, ANNA)) == (
            "anna@admin logs in with its password"
        )
        with pytest.raises(NotReady, match="Command listDatabases requires authentication"):
            question("credentials")(reach(port))
    with serving(Mongod()) as port:
        assert question("credentials")(reach(port)) == "nobody is asked to log in"


def test_writing_leaves_nothing_behind() -> None:
    mongod = Mongod(users=USERS, kept={("shop", "orders"): [{"_id": 1}]})
    with serving(mongod) as port:
        assert question("writable")(reach(port, ANNA)).startswith("a document was written")
    assert {"insert", "find", "drop"} < {*mongod.asked}
    assert mongod.kept == {("shop", "orders"): [{"_id": 1}]}


@pytest.mark.parametrize(
    ("refuses", "said"),
    [
        ({"insert": NOT_WRITABLE}, "not primary"),
        ({"find": error(13, "Unauthorized", "not authorized on shop")}, "not authorized on shop"),
        ({"drop": error(13, "Unauthorized", "not authorized to drop")}, "not authorized to drop"),
    ],
)
def test_a_server_that_cannot_be_written_to_is_quoted(
    refuses: dict[str, dict[str, object]], said: str
) -> None:
    """As a member of a replica set that was never initiated."""
    with serving(Mongod(refuses=refuses)) as port, pytest.raises(NotReady, match=said):
        question("writable")(reach(port))


@pytest.mark.parametrize(("users", "environment"), [({}, {}), (USERS, ANNA)])
def test_a_word_is_kept_until_it_is_taken_away(
    users: dict[str, str], environment: dict[str, str]
) -> None:
    mongod, marker = Mongod(users=users), MONGODB.marker
    assert marker is not None
    with serving(mongod) as port:
        there = reach(port, environment)
        assert marker.read(there, "x1") == ""
        marker.write(there, "x1")
        marker.write(there, "y2")  # as after a run that was killed
        assert marker.read(there, "y2") == "y2"
        assert [[one["word"] for one in kept] for kept in mongod.kept.values()] == [["y2"]]
        marker.remove(there, "y2")
        assert marker.read(there, "y2") == ""
        marker.remove(there, "y2")
    assert mongod.kept == {}


def test_its_data_is_where_the_official_image_has_it() -> None:
    assert MONGODB.data_path(parse_reference("mongo:8.0")) == "/data/db"
    assert MONGODB.more_paths == {"config": "/data/configdb"}
