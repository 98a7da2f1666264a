"""What a kind of service is: the knowledge that a profile leaves out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envcheck.core.spec import DEFAULT_GRACE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from envcheck.core.reference import Reference
    from envcheck.services.scratch import Around, Scratch


@dataclass(frozen=True)
class Access:
    """How a client on this machine reaches a running service.

    Attributes:
        port: the published port on ``host``.
        environment: the variables that the service was started with, credentials included.
        command: the command that it was started with, where the profile names one.
        timeout: how long one attempt may take, seconds.
    """

    host: str
    port: int
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    command: tuple[str, ...] = field(default=(), repr=False)
    timeout: float = 3.0


@dataclass(frozen=True)
class Answer:
    """What a service said when it was found ready.

    Attributes:
        version: its own word, or nothing.
        data_path: the folder in its container where it says that it keeps its data, or nothing.
    """

    version: str = ""
    data_path: str = ""


class NotReady(Exception):
    """One probe's negative answer; the text says what was heard."""


class KeepsNothing(Exception):
    """A server that is set to keep its data in memory only, so that none can be lost with it."""


@dataclass(frozen=True)
class Question:
    """Something else that a client can find out of a service that is ready.

    Attributes:
        id: its stable name, e.g. ``writable``.
        title: the same for people.
        ask: asks, and says in a few words what was found; raises NotReady where the answer is bad.
            Leaves the service's data as it was.
    """

    id: str
    title: str
    ask: Callable[[Access], str]


@dataclass(frozen=True)
class Marker:
    """How to leave a word in a service's data through its real client, and to find it again.

    Each is given the access and the word; the word is letters and digits, and new each time.

    Attributes:
        write: keeps the word, safely stored when it returns; raises KeepsNothing.
        read: gives the word that is kept, or nothing.
        remove: takes it away with everything that `write` made.
    """

    write: Callable[[Access, str], None]
    read: Callable[[Access, str], str]
    remove: Callable[[Access, str], None]


@dataclass(frozen=True)
class Seeder:
    """How files get into a database: through its own client, in its own container.

    Each command is made from the service's variables; a file is given by its path in the container.

    Attributes:
        script: applies a script and stops at the first error, whose message names path and line.
        ping: ends with 0 as soon as the server can be talked to; the temporary one of an image's
            first start must not be taken for it.
        environment: the client's variables; the only place for a password.
        secrets: those of them whose values must never be shown.
        restore: applies a dump in the database's own format; None where there is no such thing.
        magic: the bytes that such a dump begins with.
        made_by: the command that makes one.
        endings: how the name of a script ends; ``.gz`` may follow.
    """

    script: Callable[[Mapping[str, str], str], tuple[str, ...]]
    ping: Callable[[Mapping[str, str]], tuple[str, ...]]
    environment: Callable[[Mapping[str, str]], dict[str, str]]
    secrets: frozenset[str] = frozenset()
    restore: Callable[[Mapping[str, str], str], tuple[str, ...]] | None = None
    magic: bytes = b""
    made_by: str = ""
    endings: tuple[str, ...] = (".sql",)


@dataclass(frozen=True)
class Client:
    """A service's own client, as a person has it in the service's container.

    Attributes:
        command: what it is called.
        login: whom it logs in as and where, as arguments; never a password.
        environment: its variables; the only place for a password.
        prompt: what has it stay, where it would do only what its arguments say.
    """

    command: str
    environment: Callable[[Access], dict[str, str]]
    login: Callable[[Access], tuple[str, ...]] = lambda _access: ()
    prompt: tuple[str, ...] = ()


DATA_GRACE = 90
"""Seconds for what must bring its data to disk before it ends. It is a limit, not a wait. systemd's
default, which the packages of most databases leave or raise; the official image of PostgreSQL says
in its Dockerfile that Docker's 10 s are too short."""


def no_data(_image: Reference) -> str | None:
    """The data path of a kind that keeps none."""
    return None


@dataclass(frozen=True)
class Kind:
    """One entry of the catalogue.

    Attributes:
        product: the name that people know, e.g. ``PostgreSQL``.
        images: the official images that the kind is inferred from.
        port: the port that it listens on in its container, or None.
        data_path: where an image of this kind keeps its data, or None where it keeps none.
        more_paths: the other volumes that its official image declares, by what is added to the
            service's name to name them.
        required: groups of variables; of each group at least one must be set.
        secrets: variables whose values must never be shown.
        host_in_data: whether its data bears its host's name, so that a container made anew must
            have the same name to find the data again.
        variable: name of the connection variable; ``{SERVICE}`` stands for the service's name.
        url: the value of that variable.
        probe: one attempt to talk to the service; raises NotReady. None: the kind has no protocol.
        version_command: run in the container to learn the version where the protocol tells none.
        dial: connects as a program would that knows nothing but the connection variable's value,
            and says what it reached; raises NotReady. It is given the value and the seconds that
            it may take.
        questions: what `check` asks besides: credentials, database, writable.
        marker: how `check --deep` proves that the data outlives its container; None where the
            kind keeps none.
        job: whether it is meant to end: ready means done then, and nothing is asked of it.
        seeder: how `seed` files get into it; None where it cannot be seeded.
        client: its own client, for who wants to look into it; None for a plain shell.
        scratch: how a program gets databases beside the service's own, for as long as the context
            lasts; None where it can have none.
        stop_signal: what its process is told to end with, where its image does not say so itself;
            nothing for the engine's own choice, SIGTERM.
        grace: seconds that it may take to end before it is killed.
    """

    name: str
    product: str
    images: tuple[str, ...] = ()
    port: int | None = None
    data_path: Callable[[Reference], str | None] = no_data
    more_paths: Mapping[str, str] = field(default_factory=dict)
    required: tuple[tuple[str, ...], ...] = ()
    secrets: frozenset[str] = frozenset()
    host_in_data: bool = False
    variable: str = "{SERVICE}_URL"
    url: Callable[[Access], str] | None = None
    probe: Callable[[Access], Answer] | None = None
    version_command: tuple[str, ...] = ()
    dial: Callable[[str, float], str] | None = None
    questions: tuple[Question, ...] = ()
    marker: Marker | None = None
    job: bool = False
    seeder: Seeder | None = None
    client: Client | None = None
    scratch: Callable[[Access, Around], AbstractContextManager[Scratch]] | None = None
    stop_signal: str = ""
    grace: int = DEFAULT_GRACE
