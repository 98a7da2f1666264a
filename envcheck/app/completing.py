"""What there is of the names that a command line may hold: profiles, instances, services.

It is looked up while somebody waits at a Tab: nobody is asked who may be slow, the engine least of
all, and nothing is imported that is not needed.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from envcheck.app.places import ledgers
from envcheck.core.errors import EnvcheckError
from envcheck.host import profiles

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def names(what: str, profile: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The names of a kind, each with a word on it; none where there is no such kind.

    Args:
        what: ``profiles``, ``instances``, ``services`` or ``kinds``.
        profile: the profile that the command line names, whose services are meant.
        environ: says where the state folder is.
    """
    look: dict[str, Callable[[], dict[str, str]]] = {
        "profiles": _profiles,
        "instances": lambda: _instances(environ),
        "services": lambda: _services(profile),
        "kinds": _kinds,
    }
    return look[what]() if what in look else {}


def _profiles() -> dict[str, str]:
    return {name: str(path) for name, path in profiles.known().items()}


def _instances(environ: Mapping[str, str]) -> dict[str, str]:
    """All that this user has had on any engine, and not cleaned away."""
    from envcheck.run.ledger_file import glance

    found = {"auto": "the name of this folder's own"}
    for path in ledgers(environ):
        for name, profile in glance(path, "SELECT name, profile FROM instances ORDER BY name"):
            found[str(name)] = f"of {profile}"
    return found


def _services(profile: str) -> dict[str, str]:
    from envcheck.core.parsing.yaml_source import read_source

    with suppress(EnvcheckError):  # there is no such profile, or it is being written
        file = profiles.find(profile)
        data = read_source(file.text, file.file).data
        services = data.get("services") if isinstance(data, dict) else None
        if isinstance(services, dict):
            return {name: _about(service) for name, service in services.items()}
    return {}


def _about(service: object) -> str:
    words = service if isinstance(service, dict) else {}
    found = (words.get(key) for key in ("image", "kind", "build"))
    return next((word for word in found if isinstance(word, str)), "")


def _kinds() -> dict[str, str]:
    from envcheck.core.first.newest import NEWEST

    return dict(NEWEST)
