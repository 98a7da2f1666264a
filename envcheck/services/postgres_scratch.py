"""Databases for tests on PostgreSQL: copies of a template, which is a copy of the profile's own.

The template is one more copy because nobody may be connected to a database while it is copied, and
the profile's own is used by its services and by tests. All names of a process begin alike, with a
word that it has taken; so what a process left that was killed is found, and dropped by the next.
"""

from __future__ import annotations

import itertools
import secrets
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from envcheck.services.kind import NotReady
from envcheck.services.postgres_login import database_of, talk, url
from envcheck.services.postgres_seed import SEEDER, dump
from envcheck.services.scratch import SECONDS, Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.services.kind import Access
    from envcheck.services.pq import Conversation
    from envcheck.services.scratch import Around, Scratch

_PREFIX = "envcheck_test_"
_FORCE_SINCE = 13
"""The first version that has DROP DATABASE … WITH (FORCE)."""


@contextmanager
def scratch(access: Access, around: Around) -> Iterator[Scratch]:
    """Have a template during the context; at its end all that was made from it is dropped.

    Raises:
        NotReady: the server did not do it.
    """
    patient = replace(access, timeout=SECONDS)
    word = secrets.token_hex(4)
    around.take(word)
    copies = _Copies(patient, f"{_PREFIX}{word}_")
    try:
        _drop_left_over(patient, around)
        _copy(patient, copies.template, around)
        yield copies
    finally:
        # A server may be gone; what stays is dropped by the next process.
        with suppress(NotReady), _beside(patient) as server:
            _drop_all(server, copies.prefix)
        around.give(word)


@dataclass(frozen=True)
class _Copies:
    access: Access
    prefix: str
    slow: bool = True
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def template(self) -> str:
        return f"{self.prefix}template"

    def make(self) -> Database:
        """A copy of the template."""
        name = f"{self.prefix}{next(self._numbers)}"
        with _beside(self.access) as server:
            server.ask(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        return Database(name, url(self.access, name))

    def drop(self, name: str) -> None:
        """Drop it, with those who are connected to it."""
        with _beside(self.access) as server:
            _drop(server, name)


@contextmanager
def _beside(access: Access) -> Iterator[Conversation]:
    """Talk to the server from a database that is not the one to be copied."""
    other = "template1" if database_of(access) == "postgres" else "postgres"
    with talk(access, other) as server:
        yield server


def _copy(access: Access, template: str, around: Around) -> None:
    """Copy the profile's own database: at once if nobody is connected to it, else as a dump."""
    own = database_of(access)
    with _beside(access) as server:
        if not _in_use(server, own):
            with suppress(NotReady):  # somebody has come meanwhile; if it is for another reason,
                server.ask(f"CREATE DATABASE {template} TEMPLATE {_quoted(own)}")  # it is met again
                return
        _drop(server, template)
        server.ask(f"CREATE DATABASE {template} TEMPLATE template0")
    path = f"/tmp/{template}.dump"  # noqa: S108 - in the container
    variables = SEEDER.environment(access.environment)
    try:
        around.execute(dump(access.environment, path), variables)
        restored = {**access.environment, "POSTGRES_DB": template}
        assert SEEDER.restore is not None  # noqa: S101 - it is PostgreSQL's
        around.execute(SEEDER.restore(restored, path), variables)
    finally:
        around.execute(("rm", "-f", path), {})


def _in_use(server: Conversation, database: str) -> bool:
    found = server.ask(
        "SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'",
        database,
    )
    return bool(found)


def _drop_left_over(access: Access, around: Around) -> None:
    """Drop what processes have left that are no more."""
    with _beside(access) as server:
        found = server.ask(f"SELECT datname FROM pg_database WHERE datname LIKE '{_PREFIX}%'")  # noqa: S608 - our own
        words = {name.removeprefix(_PREFIX).partition("_")[0] for (name,) in found}
        for word in sorted(words):
            if around.take(word):
                _drop_all(server, f"{_PREFIX}{word}_")
                around.give(word)


def _drop_all(server: Conversation, prefix: str) -> None:
    names = server.ask("SELECT datname FROM pg_database WHERE strpos(datname, $1) = 1", prefix)
    for (name,) in names:
        _drop(server, name)


def _drop(server: Conversation, name: str) -> None:
    major = server.version.split(".")[0]
    if major.isdigit() and int(major) >= _FORCE_SINCE:
        server.ask(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")
        return
    server.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    server.ask(f"DROP DATABASE IF EXISTS {_quoted(name)}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
