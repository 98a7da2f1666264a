"""The protocol of MySQL, which MariaDB speaks too: logging in, and asking."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from envcheck.services.kind import Access, Answer, NotReady
from envcheck.services.mysql_logins import Login

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from pymysql import Connection
    from pymysql.cursors import Cursor

_PORT = 3306

# MariaDB 10 greeted with 5.5.5 before its own version, for replicas that knew no 10.
_VERSION = re.compile(r"(?:5\.5\.5-)?(\d+(?:\.\d+)*)")

# https://dev.mysql.com/doc/mysql-errors/en/client-error-reference.html and its server counterpart
_NO_TLS_THERE = 2026
_ACCESS_DENIED = 1045


def url(access: Access, login: Login) -> str:
    """The connection URL as Prisma, SQLAlchemy, Django and Rails read it, MariaDB's too."""
    secret = f":{quote(login.password, safe='')}" if login.password else ""
    return (
        f"mysql://{quote(login.user, safe='')}{secret}"
        f"@{access.host}:{access.port}/{quote(login.database, safe='')}"
    )


@contextmanager
def connected(access: Access, login: Login) -> Iterator[Cursor]:
    """A conversation with the server, every statement of which is kept at once.

    Raises:
        NotReady: there is none, or the server refuses a statement; the text is the server's own,
            or the client library's where none came.
    """
    import pymysql

    try:
        with _connect(access, login) as connection, connection.cursor() as cursor:
            yield cursor
    except pymysql.MySQLError as error:
        raise NotReady(_words(error, login)) from error


def _connect(access: Access, login: Login) -> Connection[Cursor]:
    """Log in, encrypted where the server can.

    Nobody listens in on this machine's own loopback: it is for the accounts of MySQL 8 and later,
    which by default are asked for their password over an encrypted connection only.
    """
    import pymysql

    try:
        return _dialled(access, login, encrypted=True)
    except pymysql.OperationalError as error:
        if not _about_tls(error):
            raise
    return _dialled(access, login, encrypted=False)


def _dialled(access: Access, login: Login, *, encrypted: bool) -> Connection[Cursor]:
    import pymysql

    try:
        return pymysql.connect(
            host=access.host,
            port=access.port,
            user=login.user,
            password=login.password.encode(),  # as text the library takes Latin-1 only
            database=login.database or None,
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=access.timeout,
            read_timeout=access.timeout,
            write_timeout=access.timeout,
            ssl=_unverified() if encrypted else None,
            ssl_disabled=not encrypted,
            program_name="envcheck",
        )
    except pymysql.MySQLError:
        raise
    except RuntimeError as error:
        # Such as that of MySQL 8 and later without TLS, or ed25519 of MariaDB.
        raise NotReady(f"cannot log in in the way that the server asks for: {error}") from error
    except Exception as error:  # the library trips over what is not its protocol, in many ways
        what = f"{type(error).__name__}: {error}"
        raise NotReady(f"what answers does not speak the protocol of MySQL ({what})") from error


def _unverified() -> ssl.SSLContext:
    """The server's certificate is one that it made for itself, and names no host."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _about_tls(error: Exception) -> bool:
    import ssl

    cause = getattr(error, "original_exception", None)
    return error.args[:1] == (_NO_TLS_THERE,) or isinstance(cause, ssl.SSLError)


def _words(error: Exception, login: Login) -> str:
    said = " ".join(str(error.args[-1] if error.args else error).split())
    return f"{said}; {login.unknown}" if login.unknown and says(error, _ACCESS_DENIED) else said


def says(error: BaseException | None, *codes: int) -> bool:
    """Whether a server's refusal has one of these numbers."""
    return error is not None and error.args[:1] in [(code,) for code in codes]


def row(cursor: Cursor, statement: str) -> tuple[Any, ...]:
    """The first row of an answer, or an empty one."""
    cursor.execute(statement)
    return cursor.fetchone() or ()


def version_in(text: str) -> str:
    """The numbers at the start of what a server calls its version."""
    found = _VERSION.match(text)
    return found.group(1) if found else ""


def probe(access: Access, login: Login) -> Answer:
    """One query with the profile's credentials, in the profile's database.

    The temporary server of the image's first start does not listen on the network, so it can never
    answer here.

    Raises:
        NotReady: the server did not answer the query.
    """
    with connected(access, login) as cursor:
        version, folder = row(cursor, "SELECT VERSION(), @@datadir")
    return Answer(version_in(version), folder.rstrip("/"))


def dial(address: str, seconds: float) -> str:
    """Connect with nothing but the URL.

    Raises:
        NotReady: the server is not reached with it.
    """
    parts = urlsplit(address)
    access = Access(parts.hostname or "localhost", parts.port or _PORT, timeout=seconds)
    login = Login(
        unquote(parts.username or "root"),
        unquote(parts.password or ""),
        unquote(parts.path.removeprefix("/")),
    )
    with connected(access, login) as cursor:
        account, database = row(cursor, "SELECT CURRENT_USER(), DATABASE()")
    return f"{account} reaches " + (f"database {database}" if database else "the server")
