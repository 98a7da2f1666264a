"""Seeds: what a database is filled with, and the mark in its volume that says how far that came.

The mark is the truth, not the ledger: it lies in the volume, so it goes where the data goes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = ".envcheck-seed"
"""The mark's file, in the root of the volume. No database minds a file there that begins with a
dot; but some refuse a folder that is not empty when they first start, so it is written later."""

_ABOUT = "envcheck: how far the seed of this volume has come"

MarkState = Literal["begun", "done", "left"]


@dataclass(frozen=True)
class Mark:
    """How far a volume's seed has come.

    Attributes:
        state: begun; done; or left, where the volume came into use without it.
        seed: the fingerprint of the seed that it is about.
    """

    state: MarkState
    seed: str


@dataclass(frozen=True)
class Unread:
    """A mark that nobody has looked for: its volume can be seen from a container only."""


UNREAD = Unread()


@dataclass(frozen=True)
class FoundFile:
    """A file of a seed as it was found on this machine.

    Attributes:
        name: as the profile has it.
        path: where it is.
        packed: whether it is a gzip file.
        dump: whether it is a dump in the database's own format, and no script.
    """

    name: str
    path: str
    packed: bool = False
    dump: bool = False


@dataclass(frozen=True)
class FoundSeed:
    """The files of a service's seed, in order, and a fingerprint of what is in them."""

    files: tuple[FoundFile, ...]
    fingerprint: str


@dataclass(frozen=True)
class SeedFile:
    """A file of a seed, and how the database's own client applies it.

    Attributes:
        name: as the profile has it.
        path: where it is on this machine.
        packed: whether it is a gzip file.
        inside: where it stands in the container, unpacked, while it is applied.
        command: what applies it from there.
    """

    name: str
    path: str
    packed: bool
    inside: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Seed:
    """All that is needed to fill a service's database.

    Attributes:
        files: in the order in which they are applied.
        fingerprint: of what is in them.
        volume: the volume that is filled, by its name in Docker.
        mark: the path of its mark in the container.
        ping: exits with 0 as soon as the server can be talked to.
        environment: the client's variables; they may hold a password.
        secrets: the names of those that must not be shown.
        seconds: how long it may take.
    """

    files: tuple[SeedFile, ...]
    fingerprint: str
    volume: str
    mark: str
    ping: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: frozenset[str] = frozenset()
    seconds: float = 600.0


def mark_text(mark: Mark) -> str:
    """The mark as it is written: same mark, same text."""
    return json.dumps({"about": _ABOUT, "state": mark.state, "seed": mark.seed}) + "\n"


def read_mark(content: bytes | None) -> Mark | None:
    """The mark that a volume bears, or None where it bears none.

    One that cannot be read means that the volume is in use: what is uncertain is left alone.
    """
    if content is None:
        return None
    try:
        found = json.loads(content)
        states: dict[str, MarkState] = {"begun": "begun", "done": "done", "left": "left"}
        return Mark(states[found["state"]], str(found["seed"]))
    except (ValueError, KeyError, TypeError):
        return Mark("left", "")
