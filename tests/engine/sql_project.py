"""A project with MySQL and MariaDB: its profile, and how a program reaches its databases."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pymysql

from envcheck.services.kind import Access
from tests.engine.cli import Cli
from tests.engine.conftest import INSTANCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = f"{INSTANCE}-sql"
HERE = ("sql", "--instance", NAME)
VERSIONS = {"mysql": "9.7.4", "mariadb": "11.8.9"}
ROOT, PASSWORD, OTHER = "canary-7d02", "canary-4e'\"\\ü %s", "canary-51aa"
NAPS = 2
"""Seconds that the first start of each sleeps before it makes its last table."""

_MADE = "CREATE TABLE {0} (at DATETIME(6)); INSERT INTO {0} VALUES (NOW(6));"
FIRST = f"docker_process_sql <<<'{_MADE.format('first')}'\nsleep {NAPS}\n"
LAST = _MADE.format("last")


def variables(kind: str, password: str = PASSWORD, database: str = "shop_1") -> dict[str, str]:
    """What the profile gives a database of that kind."""
    own = {"MYSQL_USER": "anna", "MYSQL_PASSWORD": password, "MYSQL_DATABASE": database}
    skip = {"MYSQL_INITDB_SKIP_TZINFO": "yes"}
    if kind == "mariadb":  # its image takes both; what is its own counts
        return {"MARIADB_ROOT_PASSWORD": ROOT, "MYSQL_ROOT_PASSWORD": "no", **own, **skip}
    return {"MYSQL_ROOT_PASSWORD": ROOT, **own, **skip}


def write(folder: Path, timeout: int = 60, **changes: dict[str, str]) -> None:
    """Write the profile, and what its databases are built from.

    ``changes`` are other variables than the usual ones, by kind.
    """
    services = {}
    for kind, version in VERSIONS.items():
        own = folder / "profiles" / kind
        own.mkdir(parents=True, exist_ok=True)
        (own / "Dockerfile").write_text(
            f"FROM {kind}:{version}\nCOPY 1.sh 2.sql /docker-entrypoint-initdb.d/\n"
        )
        (own / "1.sh").write_text(FIRST)
        (own / "2.sql").write_text(LAST)
        given = variables(kind, **changes.get(kind, {}))
        services[kind] = {
            "kind": kind,
            "build": kind,
            "environment": {name: value.replace("$", "$$") for name, value in given.items()},
            "timeout": timeout,
        }
    profile = {"name": "sql", "services": services}
    (folder / "profiles" / "sql.yaml").write_text(json.dumps(profile))


def up(sql: Cli) -> dict[str, dict[str, Any]]:
    """Bring it up as it should be; what is told of each service."""
    write(sql.folder)
    done = sql("up", "--yes", *HERE, "--json")
    assert done.code == 0, done.out + done.err
    services: dict[str, dict[str, Any]] = done.report["services"]
    return services


def project(folder: Path, state: Path) -> Iterator[Cli]:
    """The command line in a folder for the project; what it brought up is cleaned away."""
    call = Cli(folder, {"XDG_STATE_HOME": str(state)})
    yield call
    write(folder)
    gone = call("clean", "--yes", *HERE, "--json")
    assert gone.code == 0, gone.out + gone.err
    assert gone.report["left_behind"] == []


def urls(sql: Cli) -> dict[str, str]:
    """The connection variable of each, by kind."""
    found: dict[str, str] = json.loads(sql("env", *HERE, "--format", "json").out)
    return {name.removesuffix("_DATABASE_URL").lower(): url for name, url in found.items()}


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    """What a program gets that reads the URL by itself."""
    parts = urlsplit(url)
    with closing(
        pymysql.connect(
            host=parts.hostname or "",
            port=parts.port or 0,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or "").encode(),
            database=unquote(parts.path[1:]),
            autocommit=True,
        )
    ) as connection:
        cursor = connection.cursor()
        cursor.execute(statement)
        return list(cursor.fetchall())


def access_to(service: dict[str, Any], kind: str, **changes: str) -> Access:
    """The way to a service that runs, with the profile's variables or others."""
    host, _, port = service["endpoint"].rpartition(":")
    return Access(host, int(port), variables(kind, **changes))


def as_root(access: Access) -> str:
    """The URL of the superuser."""
    return f"mysql://root:{ROOT}@{access.host}:{access.port}/mysql"
