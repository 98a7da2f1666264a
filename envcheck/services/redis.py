"""Redis: ready when it answers PING with PONG, which it does not while it still loads its data."""

from __future__ import annotations

import itertools
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from envcheck.services.kind import (
    DATA_GRACE,
    Access,
    Answer,
    Client,
    KeepsNothing,
    Kind,
    Marker,
    NotReady,
    Question,
)
from envcheck.services.scratch import SECONDS, Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import redis

    from envcheck.services.scratch import Around, Scratch


def _password(access: Access) -> str | None:
    """The password, which the official image takes on the command line only."""
    words = access.command
    for flag, value in itertools.pairwise(words):
        if flag == "--requirepass":
            return value
    return None


def url(access: Access, database: int = 0) -> str:
    """The connection URL of a logical database."""
    password = _password(access)
    secret = f":{quote(password, safe='')}@" if password else ""
    return f"redis://{secret}{access.host}:{access.port}/{database}"


@contextmanager
def _client(address: str, seconds: float) -> Iterator[redis.Redis]:
    """A client that tries once; whatever its server says no to becomes NotReady."""
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    client = redis.Redis.from_url(
        address,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        protocol=2,  # every Redis speaks it; old ones refuse the greeting of the newer one
        retry=Retry(NoBackoff(), 0),  # one attempt: the readiness loop is the one that tries again
        decode_responses=True,
    )
    try:
        yield client
    except redis.RedisError as error:
        raise NotReady(str(error)) from error
    except ValueError as error:  # the client trips over a number that is none, a text that is none
        raise NotReady(f"what answers does not speak the protocol of Redis ({error})") from error
    finally:
        client.close()


def _open(access: Access, database: int = 0) -> Any:
    # Any: with its commands' answers, the client's types are those of its asyncio twin as well.
    return _client(url(access, database), access.timeout)


def probe(access: Access) -> Answer:
    """PING, then the server's version and the folder that it saves to.

    Raises:
        NotReady: the server did not answer PONG; the text says what it said.
    """
    with _open(access) as client:
        client.ping()
        version = _told(lambda: client.info("server")).get("redis_version", "")
        return Answer(str(version), _setting(client, "dir") or "")


def _told(ask: Callable[[], Any]) -> dict[str, Any]:
    """What the server tells of itself; nothing where this user may not ask for it."""
    from redis.exceptions import ResponseError

    try:
        answer = ask()
    except ResponseError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _setting(client: Any, name: str) -> str | None:
    """A setting of the server; None where this user may not ask for it."""
    value = _told(lambda: client.config_get(name)).get(name)
    return None if value is None else str(value)


def dial(address: str, seconds: float) -> str:
    """Connect with nothing but the URL.

    Raises:
        NotReady: the server is not reached with it.
    """
    with _client(address, seconds) as client:
        client.ping()
        return f"database {client.connection_pool.connection_kwargs.get('db', 0)} answers PONG"


def _credentials(access: Access) -> str:
    from redis.exceptions import ResponseError

    how = "with its password" if _password(access) else "and is asked for no password"
    with _open(access) as client:
        client.ping()
        try:
            user = client.acl_whoami()
        except ResponseError:  # before Redis 6 there are no users
            user = "everybody"
    return f"{user} logs in {how}"


def _database(access: Access) -> str:
    with _open(access) as client:
        keys = client.dbsize()
    return f"database 0 holds {keys} {'key' if keys == 1 else 'keys'}"


def _writable(access: Access) -> str:
    key, word = f"envcheck:{secrets.token_hex(8)}", secrets.token_hex(8)
    with _open(access) as client:
        # In one go, so that nobody ever sees the key.
        _, found, _ = client.pipeline().set(key, word, ex=_MOMENT).get(key).delete(key).execute()
    if found != word:
        raise NotReady(f"a key was written, and what was read back is {found!r}")
    return "a key was written, read and deleted"


_MOMENT = 10
_HOUR = 3600
"""Seconds after which a key of ours goes by itself, should nobody be left to delete it."""

_MARKER = "envcheck:marker"


def _write(access: Access, word: str) -> None:
    """Keep the word as Redis keeps everything: it saves when it is told to stop.

    A SAVE here would prove nothing: it would write even what a server keeps in memory only.
    """
    with _open(access) as client:
        if (_setting(client, "save"), _setting(client, "appendonly")) == ("", "no"):
            raise KeepsNothing("Redis is set to keep its data in memory only")
        client.set(_MARKER, word, ex=_HOUR)


def _read(access: Access, _word: str) -> str:
    with _open(access) as client:
        return client.get(_MARKER) or ""


def _remove(access: Access, _word: str) -> None:
    """Delete the word, and have the snapshot that holds it written anew."""
    with _open(access) as client:
        client.delete(_MARKER)
        if _setting(client, "save"):
            _told(lambda: client.bgsave(schedule=True))


_DATABASES = 16
"""As many as there are where the server is told nothing else (redis.conf, ``databases``)."""


@dataclass(frozen=True)
class _Logical:
    """The logical databases but the first, which is the profile's own; each is one process's."""

    access: Access
    around: Around
    slow: bool = False

    def make(self) -> Database:
        """The first that nobody has, with nothing in it."""
        with _open(self.access) as client:
            many = int(_setting(client, "databases") or _DATABASES)
        for number in range(1, many):
            if self.around.take(str(number)):
                self._flush(number)
                return Database(str(number), url(self.access, number))
        raise NotReady(
            f"all of its {many} logical databases are in use: 0 is the profile's own, and each of "
            "the others is a test's; run fewer at once, or start it with more `--databases`"
        )

    def drop(self, name: str) -> None:
        """Empty it, and let others have it."""
        try:
            self._flush(int(name))
        finally:
            self.around.give(name)

    def _flush(self, number: int) -> None:
        with _open(self.access, number) as client:
            client.flushdb()


@contextmanager
def scratch(access: Access, around: Around) -> Iterator[Scratch]:
    """Logical databases of one's own."""
    yield _Logical(replace(access, timeout=SECONDS), around)


def data_path(_image: object) -> str:
    """Where the official image keeps its snapshots and append-only files."""
    return "/data"


def _client_environment(access: Access) -> dict[str, str]:
    password = _password(access)
    return {"REDISCLI_AUTH": password} if password else {}


REDIS = Kind(
    name="redis",
    product="Redis",
    images=("redis",),
    port=6379,
    data_path=data_path,
    variable="REDIS_URL",
    url=url,
    probe=probe,
    dial=dial,
    questions=(
        Question("credentials", "credentials", _credentials),
        Question("database", "database", _database),
        Question("writable", "writable", _writable),
    ),
    marker=Marker(_write, _read, _remove),
    client=Client("redis-cli", _client_environment),
    scratch=scratch,
    # SIGTERM saves what `save` is set to (redis.io, "Redis signal handling").
    grace=DATA_GRACE,
)
