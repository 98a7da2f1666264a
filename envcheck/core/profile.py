"""A profile as a value: what a project needs, read and checked, with every default still open.

`envcheck.core.parsing` makes one from text; `envcheck.services.desired` turns one into specs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from envcheck.core.spec import PIDS_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.reference import Reference

PortWish = Literal["prefer", "insist", "auto"]
Restart = Literal["no", "on-failure", "always", "unless-stopped"]

STABLE_FOR = 0.3
"""Seconds that a service must live on after its first answer, where the profile does not say."""

JOB_TIMEOUT = 600.0
"""Seconds that a job may take to end, where the profile does not say."""


@dataclass(frozen=True)
class Vocabulary:
    """What the reader must know of the catalogue of kinds.

    Attributes:
        kinds: every name that ``kind`` may have.
        images: the base name of an image to the kind that it is taken for.
        required: a kind to groups of variables; of each group at least one must have a value.
        jobs: the kinds that are meant to end.
        seedable: the kinds whose database can be filled from files.
        secrets: a kind to the variables whose passwords can be generated.
        ports: a kind to the container port that it publishes where a profile does not say.
    """

    kinds: frozenset[str]
    images: Mapping[str, str] = field(default_factory=dict)
    required: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    jobs: frozenset[str] = frozenset()
    seedable: frozenset[str] = frozenset()
    secrets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True)
class Port:
    """A container's port to publish, and how much the host's number matters.

    ``prefer`` tries ``host`` first, ``insist`` takes nothing else, ``auto`` takes a free one
    (``host`` is None then).
    """

    container: int
    host: int | None
    wish: PortWish = "prefer"


@dataclass(frozen=True)
class VolumeMount:
    """A named volume of the profile and the absolute path where it is mounted."""

    name: str
    target: str


@dataclass(frozen=True)
class HttpProbe:
    """An HTTP GET that must answer with ``status`` and a body that contains ``contains``.

    ``port`` is the container's port; None means the service's only one.
    """

    path: str = "/"
    status: int = 200
    contains: str = ""
    port: int | None = None


@dataclass(frozen=True)
class TcpProbe:
    """A TCP connection that must be accepted and stay open; ``port`` as in HttpProbe."""

    port: int | None = None


@dataclass(frozen=True)
class ExecProbe:
    """A command in the container that must exit with 0 and print ``contains``."""

    command: tuple[str, ...]
    contains: str = ""


Verify = HttpProbe | TcpProbe | ExecProbe


@dataclass(frozen=True)
class Service:
    """One service as the profile declares it.

    Attributes:
        kind: a name of the catalogue; ``container`` for any other image.
        image: the pinned image, or None where ``build`` is given.
        build: folder with a Dockerfile, relative to the profile's folder, or None.
        ports: None where the profile says nothing (the kind publishes its own), () for none.
        timeout: how long the service may take to become ready, a job to end, seconds.
        stable_for: how long it must live on after its first answer to be called ready, seconds.
        restart: what the engine does when its process ends, in Compose's words.
        mem_limit: the most memory that it may use, bytes, or None for no limit.
        pids_limit: how many processes and threads it may have.
        seed: files for its database, relative to the profile's folder, in the order given.
        seed_places: where in the profile each of them stands.
    """

    name: str
    kind: str
    place: Place
    image: Reference | None = None
    build: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)  # may hold secrets
    ports: tuple[Port, ...] | None = None
    volumes: tuple[VolumeMount, ...] = ()
    depends_on: tuple[str, ...] = ()
    command: tuple[str, ...] | None = field(default=None, repr=False)  # may hold secrets
    verify: tuple[Verify, ...] = ()
    timeout: float = 60.0
    stable_for: float = STABLE_FOR
    restart: Restart = "no"
    mem_limit: int | None = None
    pids_limit: int = PIDS_LIMIT
    seed: tuple[str, ...] = ()
    seed_places: tuple[Place, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Requires:
    """What the machine must have: an engine version (specifier), memory and disk (bytes)."""

    docker: str = ""
    memory: int | None = None
    disk: int | None = None


@dataclass(frozen=True)
class Profile:
    """A whole profile. ``root`` is the absolute folder of its file.

    ``tools`` maps a program to its version range, empty for any version. ``exports`` maps variables
    for programs on this machine to texts with places, see `core.exports`. ``warnings`` are
    sentences about what is allowed but unwise, such as a floating tag.
    """

    name: str
    file: str
    root: str
    services: Mapping[str, Service]
    description: str = ""
    requires: Requires = field(default_factory=Requires)
    tools: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    exports: Mapping[str, str] = field(default_factory=dict, repr=False)  # may hold secrets
