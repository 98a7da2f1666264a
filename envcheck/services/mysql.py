"""MySQL: ready when it answers a query in the profile's own database, over the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.services import mysql_logins, mysql_protocol
from envcheck.services.kind import DATA_GRACE, Access, Answer, Kind
from envcheck.services.mysql_client import client
from envcheck.services.mysql_questions import marker, questions
from envcheck.services.mysql_seed import seeder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.reference import Reference
    from envcheck.services.mysql_logins import Logins

_UNKNOWN = (
    "root's password is random or in a file of the container, and cannot be known here: "
    "give the profile MYSQL_USER and MYSQL_PASSWORD"
)


def logins(given: Mapping[str, str]) -> Logins:
    """Whom the official image makes for these variables."""
    return mysql_logins.logins(lambda name: given.get(f"MYSQL_{name}", ""), _UNKNOWN)


def url(access: Access) -> str:
    """The connection URL."""
    return mysql_protocol.url(access, logins(access.environment).usual)


def probe(access: Access) -> Answer:
    """One query with the profile's credentials.

    Raises:
        NotReady: the server did not answer it.
    """
    return mysql_protocol.probe(access, logins(access.environment).usual)


def data_path(_image: Reference) -> str:
    """Where the official image keeps its data."""
    return "/var/lib/mysql"


_ROOT = (
    *("MYSQL_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD_FILE"),
    *("MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD"),
)

# From MySQL 9.4 on `source` is off unless asked for; older clients do not know the option.
_CLIENT = ("mysql", "--loose-commands=ON")

MYSQL = Kind(
    name="mysql",
    product="MySQL",
    images=("mysql",),
    port=3306,
    data_path=data_path,
    required=(_ROOT,),
    secrets=frozenset({"MYSQL_ROOT_PASSWORD", "MYSQL_PASSWORD"}),
    variable="DATABASE_URL",
    url=url,
    probe=probe,
    dial=mysql_protocol.dial,
    questions=questions(logins),
    marker=marker(logins),
    seeder=seeder(_CLIENT, logins),
    client=client("mysql", (), logins),
    # SIGTERM is its clean end (dev.mysql.com/doc/refman, "The Server Shutdown Process").
    grace=DATA_GRACE,
)
