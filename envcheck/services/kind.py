"""What a kind of service is: the knowledge that a profile leaves out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envcheck.core.reference import Reference


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
    """What a service said when it was found ready; ``version`` is its own word, or nothing."""

    version: str = ""


class NotReady(Exception):
    """One probe's negative answer; the text says what was heard."""


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
        required: groups of variables; of each group at least one must be set.
        secrets: variables whose values must never be shown.
        variable: name of the connection variable; ``{SERVICE}`` stands for the service's name.
        url: the value of that variable.
        probe: one attempt to talk to the service; raises NotReady. None: the kind has no protocol.
        version_command: run in the container to learn the version where the protocol tells none.
    """

    name: str
    product: str
    images: tuple[str, ...] = ()
    port: int | None = None
    data_path: Callable[[Reference], str | None] = no_data
    required: tuple[tuple[str, ...], ...] = ()
    secrets: frozenset[str] = frozenset()
    variable: str = "{SERVICE}_URL"
    url: Callable[[Access], str] | None = None
    probe: Callable[[Access], Answer] | None = None
    version_command: tuple[str, ...] = ()
