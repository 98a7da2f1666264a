"""PostgreSQL: ready when it answers a query in the profile's own database, over the network."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from envcheck.core.figures import size
from envcheck.services.kind import DATA_GRACE, Access, Answer, Client, Kind, Marker, Question
from envcheck.services.postgres_login import database_of, talk, url, user_of
from envcheck.services.postgres_scratch import scratch
from envcheck.services.postgres_seed import SEEDER
from envcheck.services.pq import connected

if TYPE_CHECKING:
    from envcheck.core.reference import Reference

# From 18 on the official image keeps its data one folder higher and refuses a volume on the old
# path, even an empty one (docker-library/postgres, docker-entrypoint.sh and issue 1400).
_FIRST_MAJOR_WITH_NEW_PATH = 18
_OLD_PATH = "/var/lib/postgresql/data"
_NEW_PATH = "/var/lib/postgresql"


def data_path(image: Reference) -> str:
    """Where this major version of the official image keeps its data."""
    major = image.version.split(".")[0]
    new = major.isdigit() and int(major) >= _FIRST_MAJOR_WITH_NEW_PATH
    return _NEW_PATH if new else _OLD_PATH


# No row for those who may not see the setting: all but superusers and pg_read_all_settings.
_DATA_DIRECTORY = "SELECT setting FROM pg_settings WHERE name = 'data_directory'"


def probe(access: Access) -> Answer:
    """One query with the profile's credentials.

    The temporary server of the image's first start listens on a unix socket only, so it can never
    answer here.

    Raises:
        NotReady: the server did not answer the query; the text is the server's or libpq's own.
    """
    with talk(access) as server:
        rows = server.ask(_DATA_DIRECTORY)
        return Answer(server.version, rows[0][0] if rows else "")


def dial(url: str, seconds: float) -> str:
    """Connect with nothing but the URI.

    Raises:
        NotReady: the server is not reached with it.
    """
    with connected(url, seconds) as server:
        ((user, database),) = server.ask("SELECT current_user, current_database()")
        return f"{user} reaches database {database}"


def _credentials(access: Access) -> str:
    with talk(access) as server:
        ((user, superuser),) = server.ask(
            "SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user"
        )
        how = "with its password" if server.used_password else "and is asked for no password"
        return f"{user} logs in {how}" + (", as a superuser" if superuser == "t" else "")


def _is_there(access: Access) -> str:
    with talk(access) as server:
        ((name, encoding, bytes_used),) = server.ask(
            "SELECT datname, pg_encoding_to_char(encoding), pg_database_size(oid)"
            " FROM pg_database WHERE datname = current_database()"
        )
        return f"{name} exists, {encoding}, {size(int(bytes_used))}"


def _writable(access: Access) -> str:
    table = f"envcheck_{secrets.token_hex(8)}"
    with talk(access) as server:
        server.ask("BEGIN")
        server.ask(f"CREATE TABLE {table} (word text)")
        server.ask(f"INSERT INTO {table} VALUES ('written') RETURNING word")  # noqa: S608 - our own
        server.ask("ROLLBACK")
    return "a row was written and rolled back"


# A name of its own and no random one, so that a run that was killed is tidied up by the next.
_MARKER = "envcheck_marker"


def _write(access: Access, word: str) -> None:
    with talk(access) as server:
        server.ask("BEGIN")
        server.ask("SET LOCAL synchronous_commit = on")
        server.ask(f"DROP TABLE IF EXISTS {_MARKER}")
        server.ask(f"CREATE TABLE {_MARKER} (word text)")
        server.ask(f"INSERT INTO {_MARKER} VALUES ($1)", word)  # noqa: S608 - our own name
        server.ask("COMMIT")


def _read(access: Access, word: str) -> str:
    with talk(access) as server:
        if server.ask("SELECT to_regclass($1)", _MARKER) == [("",)]:
            return ""
        found = server.ask(f"SELECT word FROM {_MARKER} WHERE word = $1", word)  # noqa: S608
        return found[0][0] if found else ""


def _remove(access: Access, _word: str) -> None:
    with talk(access) as server:
        server.ask(f"DROP TABLE IF EXISTS {_MARKER}")


def _client_environment(access: Access) -> dict[str, str]:
    """All by libpq's variables, so that `psql -c …`, `pg_dump` and their like need no more."""
    where = {"PGHOST": access.host, "PGUSER": user_of(access), "PGDATABASE": database_of(access)}
    password = access.environment.get("POSTGRES_PASSWORD")
    return {**where, "PGPASSWORD": password} if password else where


POSTGRES = Kind(
    name="postgres",
    product="PostgreSQL",
    images=("postgres",),
    port=5432,
    data_path=data_path,
    required=(("POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE", "POSTGRES_HOST_AUTH_METHOD"),),
    secrets=frozenset({"POSTGRES_PASSWORD"}),
    variable="DATABASE_URL",
    url=url,
    probe=probe,
    dial=dial,
    questions=(
        Question("credentials", "credentials", _credentials),
        Question("database", "database", _is_there),
        Question("writable", "writable", _writable),
    ),
    marker=Marker(_write, _read, _remove),
    seeder=SEEDER,
    client=Client("psql", _client_environment),
    scratch=scratch,
    # Fast shutdown: SIGTERM would wait for every client to leave (postgresql.org/docs/current/
    # server-shutdown.html); so the official image has it as its STOPSIGNAL.
    stop_signal="SIGINT",
    grace=DATA_GRACE,
)
