"""Redis: ready when it answers PING with PONG, which it does not while it still loads its data."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING
from urllib.parse import quote

from envcheck.services.kind import Access, Answer, Kind, NotReady

if TYPE_CHECKING:
    import redis


def _password(access: Access) -> str | None:
    """The password, which the official image takes on the command line only."""
    words = access.command
    for flag, value in itertools.pairwise(words):
        if flag == "--requirepass":
            return value
    return None


def url(access: Access) -> str:
    """The connection URL, database 0."""
    password = _password(access)
    secret = f":{quote(password, safe='')}@" if password else ""
    return f"redis://{secret}{access.host}:{access.port}/0"


def probe(access: Access) -> Answer:
    """PING, then the server's version.

    Raises:
        NotReady: the server did not answer PONG; the text says what it said.
    """
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    client = redis.Redis(
        host=access.host,
        port=access.port,
        password=_password(access),
        socket_timeout=access.timeout,
        socket_connect_timeout=access.timeout,
        protocol=2,  # every Redis speaks it; old ones refuse the greeting of the newer one
        retry=Retry(NoBackoff(), 0),  # one attempt: the readiness loop is the one that tries again
    )
    try:
        client.ping()
        version = _version(client)
    except redis.RedisError as error:
        raise NotReady(str(error)) from error
    finally:
        client.close()
    return Answer(version)


def _version(client: redis.Redis) -> str:
    """The server's version; nothing where this user may not ask for it."""
    from redis.exceptions import ResponseError

    try:
        return str(client.info("server").get("redis_version", ""))
    except ResponseError:
        return ""


def data_path(_image: object) -> str:
    """Where the official image keeps its snapshots and append-only files."""
    return "/data"


REDIS = Kind(
    name="redis",
    product="Redis",
    images=("redis",),
    port=6379,
    data_path=data_path,
    variable="REDIS_URL",
    url=url,
    probe=probe,
)
