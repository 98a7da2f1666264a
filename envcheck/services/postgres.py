"""PostgreSQL: ready when `SELECT 1` answers in the profile's own database, over the network."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from envcheck.services.kind import Access, Answer, Kind, NotReady

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


def _user(access: Access) -> str:
    return access.environment.get("POSTGRES_USER") or "postgres"


def _database(access: Access) -> str:
    return access.environment.get("POSTGRES_DB") or _user(access)


def url(access: Access) -> str:
    """The connection URI as libpq and most libraries read it."""
    password = access.environment.get("POSTGRES_PASSWORD", "")
    secret = f":{quote(password, safe='')}" if password else ""
    return (
        f"postgresql://{quote(_user(access), safe='')}{secret}"
        f"@{access.host}:{access.port}/{quote(_database(access), safe='')}"
    )


def probe(access: Access) -> Answer:
    """One query with the profile's credentials.

    The temporary server of the image's first start listens on a unix socket only, so it can never
    answer here.

    Raises:
        NotReady: the server did not answer the query; the text is the server's or libpq's own.
    """
    import psycopg

    try:
        with psycopg.connect(
            host=access.host,
            port=access.port,
            user=_user(access),
            password=access.environment.get("POSTGRES_PASSWORD", ""),
            dbname=_database(access),
            connect_timeout=max(2, round(access.timeout)),  # libpq takes whole seconds, from 2 on
            application_name="envcheck",
        ) as connection:
            connection.execute("SELECT 1")
            version = connection.info.parameter_status("server_version") or ""
    except psycopg.Error as error:
        raise NotReady(" ".join(str(error).split())) from error
    return Answer(version.split(" ")[0])


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
)
