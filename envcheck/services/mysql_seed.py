"""How files get into MySQL and MariaDB: scripts, and the dumps of mysqldump, which are scripts too.

Much of what a script does is kept at once, whatever comes after it: there is no way back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.services.kind import Seeder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.services.mysql_logins import Login, LoginsOf

# Over TCP: the temporary server of the image's first start does not listen on the network.
_THERE = ("--protocol=tcp", "--host=127.0.0.1", "--default-character-set=utf8mb4")


def seeder(client: tuple[str, ...], logins: LoginsOf) -> Seeder:
    """As root where its password is known.

    Args:
        client: the client's name, and the options with which a script ends at its first error.
        logins: whom the image makes for a service's variables.
    """

    def login(variables: Mapping[str, str]) -> Login:
        found = logins(variables)
        return found.usual if found.root.unknown else found.root

    def command(variables: Mapping[str, str], statement: str) -> tuple[str, ...]:
        who = login(variables)
        database = (f"--database={who.database}",) if who.database else ()
        return (*client, *_THERE, f"--user={who.user}", *database, "--execute", statement)

    return Seeder(
        script=lambda variables, path: command(variables, f"source {path}"),
        ping=lambda variables: command(variables, "SELECT 1"),
        environment=lambda variables: {"MYSQL_PWD": login(variables).password},
        secrets=frozenset({"MYSQL_PWD"}),
    )
