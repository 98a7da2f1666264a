"""The client that `shell` opens: logged in, with its password in its environment alone."""

from __future__ import annotations

import pytest

from envcheck.services.catalogue import KINDS
from envcheck.services.kind import Access

SECRET = "open-sesame"
ACCESS = {
    "postgres": Access("h", 1, {"POSTGRES_USER": "anna", "POSTGRES_PASSWORD": SECRET}),
    "mysql": Access("h", 1, {"MYSQL_ROOT_PASSWORD": SECRET, "MYSQL_DATABASE": "shop"}),
    "mariadb": Access("h", 1, {"MARIADB_ROOT_PASSWORD": SECRET, "MARIADB_DATABASE": "shop"}),
    "mongodb": Access(
        "h", 1, {"MONGO_INITDB_ROOT_USERNAME": "anna", "MONGO_INITDB_ROOT_PASSWORD": SECRET}
    ),
    "redis": Access("h", 1, command=("redis-server", "--requirepass", SECRET)),
}


@pytest.mark.parametrize("kind", ACCESS)
def test_no_password_is_among_the_arguments(kind: str) -> None:
    client = KINDS[kind].client
    assert client is not None
    access = ACCESS[kind]
    assert SECRET not in " ".join((client.command, *client.login(access), *client.prompt))
    assert SECRET in " ".join(client.environment(access).values())


def test_whom_and_where() -> None:
    postgres, mysql = KINDS["postgres"].client, KINDS["mysql"].client
    assert postgres is not None
    assert mysql is not None
    assert postgres.environment(ACCESS["postgres"]) == {
        "PGHOST": "h",
        "PGUSER": "anna",
        "PGDATABASE": "anna",
        "PGPASSWORD": SECRET,
    }
    assert mysql.login(ACCESS["mysql"]) == (
        "--protocol=tcp",
        "--host=h",
        "--user=root",
        "--database=shop",
    )


def test_who_has_no_client_of_its_own_gets_a_shell() -> None:
    assert [name for name, kind in KINDS.items() if kind.client] == [*ACCESS]
