"""The catalogue: every kind there is. A new kind is one file beside this one and one word here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.parsing.reader import Vocabulary
from envcheck.services.container import CONTAINER
from envcheck.services.job import JOB
from envcheck.services.mariadb import MARIADB
from envcheck.services.memcached import MEMCACHED
from envcheck.services.mongodb import MONGODB
from envcheck.services.mysql import MYSQL
from envcheck.services.nginx import NGINX
from envcheck.services.node import NODE
from envcheck.services.postgres import POSTGRES
from envcheck.services.rabbitmq import RABBITMQ
from envcheck.services.redis import REDIS

if TYPE_CHECKING:
    from envcheck.services.kind import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        *(POSTGRES, MYSQL, MARIADB, MONGODB),
        *(REDIS, MEMCACHED, RABBITMQ),
        *(NODE, NGINX),
        *(JOB, CONTAINER),
    )
}


def vocabulary() -> Vocabulary:
    """What the profile's reader must know of the kinds."""
    return Vocabulary(
        kinds=frozenset(KINDS),
        images={image: kind.name for kind in KINDS.values() for image in kind.images},
        required={kind.name: kind.required for kind in KINDS.values() if kind.required},
        jobs=frozenset(kind.name for kind in KINDS.values() if kind.job),
        seedable=frozenset(kind.name for kind in KINDS.values() if kind.seeder),
        secrets={kind.name: kind.secrets for kind in KINDS.values() if kind.secrets},
        ports={kind.name: kind.port for kind in KINDS.values() if kind.port},
    )
