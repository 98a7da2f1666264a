"""How files get into PostgreSQL: scripts through psql, custom dumps through pg_restore.

Each file is one transaction, so that of one which fails nothing stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.services.kind import Seeder

if TYPE_CHECKING:
    from collections.abc import Mapping

# Over TCP: the temporary server of the image's first start listens on a unix socket only.
_HOST = ("--host", "127.0.0.1")


def _to_database(variables: Mapping[str, str]) -> tuple[str, ...]:
    user = variables.get("POSTGRES_USER") or "postgres"
    database = variables.get("POSTGRES_DB") or user
    return (*_HOST, "--no-password", "--username", user, "--dbname", database)


def _script(variables: Mapping[str, str], path: str) -> tuple[str, ...]:
    once = ("--single-transaction", "--set", "ON_ERROR_STOP=1")
    quiet = ("--no-psqlrc", "--quiet", "--output", "/dev/null")
    return ("psql", *_to_database(variables), *quiet, *once, "--file", path)


def _restore(variables: Mapping[str, str], path: str) -> tuple[str, ...]:
    # The roles of the server that the dump comes from are not here.
    ours = ("--no-owner", "--no-privileges")
    once = ("--single-transaction", "--exit-on-error")
    return ("pg_restore", *_to_database(variables), *ours, *once, path)


def dump(variables: Mapping[str, str], path: str) -> tuple[str, ...]:
    """Dumps the database to a file, as `SEEDER.restore` takes it."""
    form = ("--format", "custom", "--compress", "0")  # it is read again at once
    return ("pg_dump", *_to_database(variables), "--no-password", *form, "--file", path)


def _ping(variables: Mapping[str, str]) -> tuple[str, ...]:
    return ("psql", *_to_database(variables), "--no-psqlrc", "--quiet", "--command", "SELECT 1")


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    # Without a terminal psql would send a script in the server's encoding, whatever it is in.
    client = {"PGCLIENTENCODING": "UTF8", "PGOPTIONS": "-c client_min_messages=warning"}
    password = variables.get("POSTGRES_PASSWORD")
    return {**client, "PGPASSWORD": password} if password else client


SEEDER = Seeder(
    script=_script,
    ping=_ping,
    environment=_environment,
    secrets=frozenset({"PGPASSWORD"}),
    restore=_restore,
    magic=b"PGDMP",  # pg_backup_archiver.c, WriteHead
    made_by="pg_dump -Fc",
)
