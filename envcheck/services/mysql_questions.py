"""What can be asked of MySQL and MariaDB besides, and how to leave a word in their data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from envcheck.core.figures import size
from envcheck.services.kind import Access, Marker, NotReady, Question
from envcheck.services.mysql_protocol import connected, row, says

if TYPE_CHECKING:
    from pymysql.cursors import Cursor

    from envcheck.services.mysql_logins import Login, LoginsOf

# https://dev.mysql.com/doc/mysql-errors/en/server-error-reference.html
_NO_SUCH_DATABASE = 1049
_NO_SUCH_TABLE = 1146


def questions(logins: LoginsOf) -> tuple[Question, ...]:
    """Whether the profile's user logs in, its database is there, and can be written to."""

    def usual(access: Access) -> Login:
        return logins(access.environment).usual

    def keeper(access: Access) -> Login:
        return logins(access.environment).keeper

    return (
        Question("credentials", "credentials", lambda access: _credentials(access, usual(access))),
        Question("database", "database", lambda access: _database(access, usual(access))),
        Question("writable", "writable", lambda access: _writable(access, keeper(access))),
    )


def _credentials(access: Access, login: Login) -> str:
    # Whether its database is there is another question.
    with connected(access, replace(login, database="")) as cursor:
        (account,) = row(cursor, "SELECT CURRENT_USER()")
    # A server that knows an account without a name takes everybody for it.
    if account.rpartition("@")[0] != login.user:
        raise NotReady(f"who logs in as {login.user} is taken for {account}")
    how = "with its password" if login.password else "and is asked for no password"
    return f"{account} logs in {how}"


def _database(access: Access, login: Login) -> str:
    with connected(access, login) as cursor:
        if not login.database:
            return f"the profile names none; there are {row(cursor, _COUNT)[0]}"
        name, encoding, tables, used = row(cursor, _SCHEMA)
    return f"{name} is there: {encoding}, tables: {tables}, {size(int(used))}"


_COUNT = """
    SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN
        ('information_schema', 'mysql', 'performance_schema', 'sys')
"""
_SCHEMA = """
    SELECT DATABASE(), @@character_set_database, COUNT(TABLE_NAME),
        COALESCE(SUM(DATA_LENGTH + INDEX_LENGTH), 0)
    FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()
"""


# Names of our own and no random ones, so that a run that was killed is tidied up by the next.
_TRIAL = "envcheck_writable"
_MARKER = "envcheck_marker"


def _writable(access: Access, login: Login) -> str:
    """A table as the project's own: a temporary one can be made in a server that is read-only."""
    with connected(access, login) as cursor:
        # Two checks at the same time have the same table.
        if row(cursor, f"SELECT GET_LOCK('{_TRIAL}', {access.timeout / 2})") != (1,):
            raise NotReady("another check is writing all the time")
        _drop(cursor, login, _TRIAL)  # who may not do this must not begin
        try:
            _keep(cursor, login, _TRIAL, "written")
            word = _kept(cursor, login, _TRIAL)
        finally:
            _drop(cursor, login, _TRIAL)
    if word != "written":
        raise NotReady(f"a row was written, and '{word}' was read")
    return "a table was made, a row written and read, and both taken away"


def marker(logins: LoginsOf) -> Marker:
    """A word in a table of its own; where the profile names no database, in one of its own too."""

    def keeper(access: Access) -> Login:
        return logins(access.environment).keeper

    return Marker(
        lambda access, word: _write(access, keeper(access), word),
        lambda access, _word: _read(access, keeper(access)),
        lambda access, _word: _remove(access, keeper(access)),
    )


def _write(access: Access, login: Login, word: str) -> None:
    with connected(access, login) as cursor:
        _drop(cursor, login, _MARKER)
        _keep(cursor, login, _MARKER, word)


def _read(access: Access, login: Login) -> str:
    try:
        with connected(access, login) as cursor:
            return _kept(cursor, login, _MARKER)
    except NotReady as error:
        if says(error.__cause__, _NO_SUCH_DATABASE, _NO_SUCH_TABLE):
            return ""
        raise


def _remove(access: Access, login: Login) -> None:
    with connected(access, login) as cursor:
        _drop(cursor, login, _MARKER)


# The names below are our own constants: none comes from a profile.


def _keep(cursor: Cursor, login: Login, name: str, word: str) -> None:
    if not login.database:
        cursor.execute(f"CREATE DATABASE {name}")
        cursor.execute(f"USE {name}")
    # Some servers are set to refuse a table without a primary key.
    cursor.execute(f"CREATE TABLE {name} (word VARCHAR(64) NOT NULL PRIMARY KEY) ENGINE=InnoDB")
    cursor.execute(f"INSERT INTO {name} VALUES (%s)", (word,))  # noqa: S608


def _kept(cursor: Cursor, login: Login, name: str) -> str:
    if not login.database:
        cursor.execute(f"USE {name}")
    return str(*row(cursor, f"SELECT word FROM {name}"))  # noqa: S608


def _drop(cursor: Cursor, login: Login, name: str) -> None:
    cursor.execute(f"DROP {'TABLE' if login.database else 'DATABASE'} IF EXISTS {name}")
