"""MongoDB: ready when it answers over the network and lets the profile's user in.

No package that can be had here holds a real `mongod`, so nothing in this file has met one yet: it
is tested against a small server that speaks the wire protocol and gives the answers that MongoDB's
manual documents (tests/unit/services/wire_mongodb.py). There is no recipe for the image either.

A database of MongoDB exists while something is in it, so there is no question whether it does.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from envcheck.services.kind import (
    DATA_GRACE,
    Access,
    Answer,
    Client,
    Kind,
    Marker,
    NotReady,
    Question,
)
from envcheck.services.mongodb_hello import hello

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymongo import MongoClient
    from pymongo.collection import Collection
    from pymongo.database import Database

    from envcheck.core.reference import Reference

    Document = dict[str, Any]

# Where mongod keeps its data unless its command or file says otherwise
# (https://www.mongodb.com/docs/manual/reference/program/mongod/, --dbpath).
_DEFAULT_PATH = "/data/db"
_PORT = 27017
_NOT_ALLOWED = 13  # https://www.mongodb.com/docs/manual/reference/error-codes/, Unauthorized
_MARKER = "envcheck_marker"
_USER, _PASSWORD = "MONGO_INITDB_ROOT_USERNAME", "MONGO_INITDB_ROOT_PASSWORD"


def _login(access: Access) -> tuple[str, str]:
    """The user whom the image makes, and the password; nothing where either cannot be known."""
    user, password = access.environment.get(_USER), access.environment.get(_PASSWORD)
    return (user, password) if user and password else ("", "")


def _database(access: Access) -> str:
    """The database that the image runs its scripts in; `test` is where a shell is without one."""
    return access.environment.get("MONGO_INITDB_DATABASE", "") or "test"


def url(access: Access) -> str:
    """The connection string.

    The image makes its user in the database `admin`. A replica set tells its members by names that
    are known in its network only, so a client here must not ask for them.
    """
    user, password = _login(access)
    who = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    options = ["authSource=admin"] if user else []
    options += ["directConnection=true"] if _is_member(access) else []
    name = quote(access.environment.get("MONGO_INITDB_DATABASE", ""), safe="")
    query = f"?{'&'.join(options)}" if options else ""
    return f"mongodb://{who}{access.host}:{access.port}/{name}{query}"


def _is_member(access: Access) -> bool:
    return any(word.partition("=")[0] == "--replSet" for word in access.command)


@contextmanager
def _connected(access: Access, address: str, **options: Any) -> Iterator[MongoClient[Document]]:
    """A client of that address, with a limit on all that is asked of it together.

    Raises:
        NotReady: nobody is there, it is not let in, or something that is asked of it is refused.
    """
    import pymongo
    from pymongo.errors import PyMongoError

    # Where nobody answers the library tries again and again until its time is over: look first.
    hello(access)
    limit = round(access.timeout * 1000)
    try:
        client: MongoClient[Document] = pymongo.MongoClient(
            address,
            serverSelectionTimeoutMS=limit,
            connectTimeoutMS=limit,
            socketTimeoutMS=limit,
            serverMonitoringMode="poll",
            retryReads=False,  # one attempt: who asks is the one that tries again
            retryWrites=False,
            appname="envcheck",
            **options,
        )
        with client, pymongo.timeout(access.timeout):
            yield client
    except PyMongoError as error:
        raise NotReady(_words(error)) from error


def _words(error: Exception) -> str:
    """What the server said; where it said nothing, the library's words without its inner state."""
    details = getattr(error, "details", None) or {}
    said = str(details.get("errmsg") or error)
    return " ".join(said.partition(", Timeout:")[0].partition(" (configured timeouts")[0].split())


@contextmanager
def _talk(access: Access) -> Iterator[MongoClient[Document]]:
    with _connected(access, url(access), directConnection=True) as client:
        yield client


def probe(access: Access) -> Answer:
    """A ping with the profile's credentials.

    The temporary server of the image's first start listens on its container's 127.0.0.1 only, so it
    can never answer here.

    Raises:
        NotReady: nobody answered, or the user was not let in.
    """
    with _talk(access) as client:
        client.admin.command("ping")
        version = _if_allowed(client, "buildInfo").get("version", "")
        options = _if_allowed(client, "getCmdLineOpts").get("parsed")
    if options is None:
        return Answer(version)
    path = options.get("storage", {}).get("dbPath") or _DEFAULT_PATH
    return Answer(version, path.rstrip("/"))


def _if_allowed(client: MongoClient[Document], command: str) -> Document:
    """The server's answer, or nothing where this user may not ask."""
    from pymongo.errors import OperationFailure

    try:
        return client.admin.command(command)
    except OperationFailure as error:
        if error.code == _NOT_ALLOWED:
            return {}
        raise


def dial(address: str, seconds: float) -> str:
    """Connect with nothing but the connection string.

    Raises:
        NotReady: the server is not reached with it.
    """
    parts = urlsplit(address)
    access = Access(parts.hostname or "", parts.port or _PORT, timeout=seconds)
    with _connected(access, address) as client:
        who = _let_in(client) or "anybody"
        return f"{who} reaches database {client.get_default_database('test').name}"


def _let_in(client: MongoClient[Document]) -> str:
    """USER@DATABASE as whom the server knows this client, or nothing where anybody is let in."""
    users = client.admin.command("connectionStatus")["authInfo"]["authenticatedUsers"]
    # Who is not let in may say hello, ping and ask the above, but no more than that.
    client.admin.command("listDatabases", nameOnly=True)
    return ", ".join(f"{user['user']}@{user['db']}" for user in users)


def _credentials(access: Access) -> str:
    user, _ = _login(access)
    with _talk(access) as client:
        known = _let_in(client)
    if known != (f"{user}@admin" if user else ""):
        raise NotReady(f"who logs in as {user} is taken for {known or 'nobody'}")
    return f"{known} logs in with its password" if known else "nobody is asked to log in"


def _writable(access: Access) -> str:
    with _talk(access) as client:
        trial = _safely(client[_database(access)], f"envcheck_{secrets.token_hex(8)}")
        trial.insert_one({"word": "written"})
        try:
            found = trial.find_one()
        finally:
            trial.drop()
    if found is None or found.get("word") != "written":
        raise NotReady("a document was written, and is not there")
    return "a document was written and read, and its collection taken away"


def _safely(database: Database[Document], name: str) -> Collection[Document]:
    """A collection whose writes are on disk when they return."""
    from pymongo import WriteConcern

    return database.get_collection(name, write_concern=WriteConcern(w=1, j=True))


def _write(access: Access, word: str) -> None:
    with _talk(access) as client:
        marker = _safely(client[_database(access)], _MARKER)
        marker.replace_one({"_id": "word"}, {"word": word}, upsert=True)


def _read(access: Access, _word: str) -> str:
    with _talk(access) as client:
        found = client[_database(access)][_MARKER].find_one({"_id": "word"})
    return str(found["word"]) if found else ""


def _remove(access: Access, _word: str) -> None:
    with _talk(access) as client:
        client[_database(access)][_MARKER].drop()


def data_path(_image: Reference) -> str:
    """Where the official image keeps its data."""
    return _DEFAULT_PATH


# The shell has no variable for a password, and one among its arguments could be read by everybody.
_CONNECT = "db = connect(process.env.MONGODB_URI)"

MONGODB = Kind(
    name="mongodb",
    product="MongoDB",
    images=("mongo",),
    port=_PORT,
    data_path=data_path,
    # For the configuration of a sharded cluster: empty, but the official image declares it.
    more_paths={"config": "/data/configdb"},
    secrets=frozenset({_PASSWORD}),
    variable="MONGODB_URI",
    url=url,
    probe=probe,
    dial=dial,
    questions=(
        Question("credentials", "credentials", _credentials),
        Question("writable", "writable", _writable),
    ),
    marker=Marker(_write, _read, _remove),
    client=Client(
        "mongosh",
        environment=lambda access: {"MONGODB_URI": url(access)},
        login=lambda _access: ("--quiet", "--nodb", "--eval", _CONNECT),
        prompt=("--shell",),
    ),
    # SIGTERM is its clean end (mongodb.com/docs/manual/tutorial/manage-mongodb-processes).
    grace=DATA_GRACE,
)
