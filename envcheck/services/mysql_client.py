"""The clients of MySQL and MariaDB, as a person has them in the service's container."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.services.kind import Client

if TYPE_CHECKING:
    from envcheck.services.kind import Access
    from envcheck.services.mysql_logins import LoginsOf


def client(command: str, options: tuple[str, ...], logins: LoginsOf) -> Client:
    """As the user whom the profile's programs log in as, in their database.

    Args:
        command: the client's name.
        options: what it needs besides.
        logins: whom the image makes for a service's variables.
    """

    def login(access: Access) -> tuple[str, ...]:
        who = logins(access.environment).usual
        database = (f"--database={who.database}",) if who.database else ()
        there = ("--protocol=tcp", f"--host={access.host}", f"--user={who.user}")
        return (*options, *there, *database)

    def environment(access: Access) -> dict[str, str]:
        password = logins(access.environment).usual.password
        return {"MYSQL_PWD": password} if password else {}

    return Client(command, environment, login)
