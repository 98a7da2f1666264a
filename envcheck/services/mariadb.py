"""MariaDB: ready when it answers a query in the profile's own database, over the network.

Its image takes the variables of MySQL's too; where both are set, MARIADB_* counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.services import mysql, mysql_logins, mysql_protocol
from envcheck.services.kind import DATA_GRACE, Access, Answer, Kind
from envcheck.services.mysql_client import client
from envcheck.services.mysql_questions import marker, questions
from envcheck.services.mysql_seed import seeder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.services.mysql_logins import Logins

_UNKNOWN = (
    "root's password is random, a hash or in a file of the container, and cannot be known here: "
    "give the profile MARIADB_USER and MARIADB_PASSWORD"
)


def logins(given: Mapping[str, str]) -> Logins:
    """Whom the official image makes for these variables."""
    return mysql_logins.logins(
        lambda name: given.get(f"MARIADB_{name}") or given.get(f"MYSQL_{name}", ""), _UNKNOWN
    )


def url(access: Access) -> str:
    """The connection URL, with MySQL's scheme: more libraries read it than `mariadb`."""
    return mysql_protocol.url(access, logins(access.environment).usual)


def probe(access: Access) -> Answer:
    """One query with the profile's credentials.

    Raises:
        NotReady: the server did not answer it.
    """
    return mysql_protocol.probe(access, logins(access.environment).usual)


_ROOT = (
    *("MARIADB_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD_FILE"),
    *("MARIADB_ROOT_PASSWORD_HASH", "MARIADB_ROOT_PASSWORD_HASH_FILE"),
    *("MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "MARIADB_RANDOM_ROOT_PASSWORD"),
    *("MYSQL_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD_FILE"),
    *("MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD"),
)

# Of a script that is read with `source` it goes on otherwise. From MariaDB 11.4 on it refuses a
# certificate that the server made for itself; older clients never look at it.
_UNVERIFIED = "--loose-skip-ssl-verify-server-cert"
_CLIENT = ("mariadb", "--abort-source-on-error", _UNVERIFIED)

MARIADB = Kind(
    name="mariadb",
    product="MariaDB",
    images=("mariadb",),
    port=3306,
    data_path=mysql.data_path,
    required=(_ROOT,),
    secrets=frozenset(
        {"MARIADB_ROOT_PASSWORD", "MARIADB_PASSWORD", "MYSQL_ROOT_PASSWORD", "MYSQL_PASSWORD"}
    ),
    variable="DATABASE_URL",
    url=url,
    probe=probe,
    dial=mysql_protocol.dial,
    questions=questions(logins),
    marker=marker(logins),
    seeder=seeder(_CLIENT, logins),
    client=client("mariadb", (_UNVERIFIED,), logins),
    # SIGTERM is its clean end (mariadb.com/kb/en/mariadb-shutdown); its unit allows 15 minutes.
    grace=DATA_GRACE,
)
