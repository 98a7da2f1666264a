"""A project with a database for the tests of jobs and seeds, and a look into it past envcheck."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from envcheck.run.poll import poll
from envcheck.run.ports import SystemClock
from tests.engine.conftest import INSTANCE, Docker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.engine.cli import Cli, Ran

HERE = ("shop", "--instance", INSTANCE)
CONTAINER = f"{INSTANCE}-db"
VOLUME = f"{INSTANCE}_db-data"
_SECONDS = 60.0
_TOP = "name: shop\nservices:\n"
_DB = """\
  db:
    image: postgres:17.11
    environment: {POSTGRES_DB: app, POSTGRES_USER: app, POSTGRES_PASSWORD: hunter2}
    ports: ['auto:5432']
"""


@dataclass(frozen=True)
class Shop:
    """A profile with the database ``db`` and what a test adds to it."""

    cli: Cli
    docker: Docker

    @property
    def folder(self) -> Path:
        """The profile's folder."""
        return self.cli.folder / "profiles"

    def write(self, more_of_db: str = "", others: str = "") -> None:
        """Write the profile: lines of the database's own, and other services."""
        (self.folder / "shop.yaml").write_text(_TOP + _DB + more_of_db + others)

    def file(self, name: str, content: str | bytes) -> None:
        """Write a file of the profile."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def up(self, *more: str) -> Ran:
        """Bring it up."""
        return self.cli("up", *HERE, *more, "--json")

    def query(self, statement: str) -> list[str]:
        """The rows that the database's own client gives for a statement."""
        return self.docker(
            *["exec", CONTAINER, "psql", "-U", "app", "-d", "app", "-tA", "-c", statement]
        )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Whoever asks the database for its lock number 1 waits during the context."""
        (where,) = self.docker("port", CONTAINER, "5432/tcp")
        port = where.rpartition(":")[2]
        with psycopg.connect(
            host="127.0.0.1",
            port=port,
            user="app",
            password="hunter2",
            dbname="app",
            autocommit=True,
        ) as connection:
            connection.execute("SELECT pg_advisory_lock(1)")
            yield

    def until(self, statement: str, row: str) -> None:
        """Wait until the first row of a statement is this."""

        def look() -> bool | None:
            done = subprocess.run(
                ["docker", "exec", CONTAINER, "psql", "-U", "app", "-tA", "-c", statement],
                capture_output=True,
                text=True,
                check=False,
            )
            return done.stdout.strip() == row or None

        until(look, f"{statement} gives {row}")


def until(look: Callable[[], object | None], what: str) -> None:
    """Wait until a look gives something; not for ever."""
    assert poll(look, seconds=_SECONDS, clock=SystemClock()) is not None, f"never: {what}"
