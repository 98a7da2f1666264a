"""How a client gets into PostgreSQL with what the official image was started with."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from envcheck.services.pq import connected

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from envcheck.services.kind import Access
    from envcheck.services.pq import Conversation


def user_of(access: Access) -> str:
    """The user that the image makes."""
    return access.environment.get("POSTGRES_USER") or "postgres"


def database_of(access: Access) -> str:
    """The database that the image makes."""
    return access.environment.get("POSTGRES_DB") or user_of(access)


def url(access: Access, database: str = "") -> str:
    """The connection URI as libpq and most libraries read it, for this database or the image's."""
    password = access.environment.get("POSTGRES_PASSWORD", "")
    secret = f":{quote(password, safe='')}" if password else ""
    return (
        f"postgresql://{quote(user_of(access), safe='')}{secret}"
        f"@{access.host}:{access.port}/{quote(database or database_of(access), safe='')}"
    )


def talk(access: Access, database: str = "") -> AbstractContextManager[Conversation]:
    """A conversation with the profile's credentials; NotReady where there is none."""
    from psycopg.conninfo import make_conninfo

    conninfo = make_conninfo(
        host=access.host,
        port=access.port,
        user=user_of(access),
        password=access.environment.get("POSTGRES_PASSWORD", ""),
        dbname=database or database_of(access),
        application_name="envcheck",
    )
    return connected(conninfo, access.timeout)
