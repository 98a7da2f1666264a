"""Mirrors: registries that stand in for others, and the places where an image may be. Pure.

A user names them in the variable ``ENVCHECK_MIRRORS``, or in the file ``envcheck/mirrors.yaml``
among the user's configuration; what the variable names is asked before what the file names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from envcheck.core.errors import Fix, Problem, ProfileInvalid, UsageError
from envcheck.core.parsing.yaml_source import read_source
from envcheck.core.reference import Reference
from envcheck.core.secrets import blank_login

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from envcheck.core.parsing.yaml_source import Path, Source

VARIABLE = "ENVCHECK_MIRRORS"
HUB = "docker.io"
"""Docker Hub, the registry of images that name none."""

_HUB_NAMES = (HUB, f"index.{HUB}")
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"
_PREFIX = r"(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*"
_MIRROR = re.compile(rf"(?P<host>{_HOST})(?P<prefix>{_PREFIX})", re.ASCII)
_REGISTRY = re.compile(_HOST, re.ASCII)
_APART = re.compile(r"[\s,]+")


@dataclass(frozen=True)
class Mirror:
    """A registry that stands in for another.

    Attributes:
        registry: whose images it has, ``docker.io`` for Docker Hub.
        host: its own name, with its port where it has one.
        prefix: what stands before the images' own names in it, or nothing.
    """

    registry: str
    host: str
    prefix: str = ""

    def __str__(self) -> str:
        return f"{self.host}/{self.prefix}" if self.prefix else self.host


@dataclass(frozen=True)
class Place:
    """Where an image may be: a registry and the repository in it.

    ``mirror`` says that it is not the image's own registry but one that stands in for it.
    """

    host: str
    repository: str
    mirror: bool = False

    def image(self, reference: Reference, digest: str = "") -> Reference:
        """The image's name for an engine that is to find it here; by its digest, if given."""
        name = f"{self.host}/{self.repository}" if self.mirror else reference.name
        if digest:
            return Reference(name, "", digest)
        return Reference(name, reference.tag, reference.digest)


def places_of(reference: Reference, mirrors: Sequence[Mirror] = ()) -> tuple[Place, ...]:
    """Where an image may be, in the order in which the places are asked: its registry last."""
    own = home_of(reference)
    standing_in = [m for m in mirrors if m.registry == own.host]
    found = [
        Place(m.host, f"{m.prefix}/{own.repository}".lstrip("/"), mirror=True) for m in standing_in
    ]
    return (*found, own)


def home_of(reference: Reference) -> Place:
    """An image's own registry and the repository in it.

    Its first part is a registry if it looks like a host (splitDockerDomain in distribution's
    reference package).
    """
    first, slash, rest = reference.name.partition("/")
    if not (slash and ("." in first or ":" in first or first == "localhost")):
        first, rest = HUB, reference.name
    if first in _HUB_NAMES:
        return Place(HUB, rest if "/" in rest else f"library/{rest}")
    return Place(first, rest)


def parse_variable(text: str) -> tuple[Mirror, ...]:
    """The mirrors that ``ENVCHECK_MIRRORS`` names, in its order.

    Raises:
        UsageError: one of its words names no mirror.
    """
    return tuple(_of_word(word) for word in _APART.split(text) if word)


def _of_word(word: str) -> Mirror:
    registry, equals, mirror = word.rpartition("=")
    try:
        return _mirror(registry if equals else HUB, mirror)
    except ValueError as error:
        raise _invalid(f"{VARIABLE}: {error}") from error


def parse_file(text: str, file: str) -> tuple[Mirror, ...]:
    """The mirrors that a file names: for each registry one mirror or a list of them.

    Raises:
        UsageError: it is not such a file; the message says where in it.
    """
    try:
        source = read_source(text, file)
    except ProfileInvalid as error:
        raise _invalid(str(error.problems[0])) from error
    if source.problems:
        raise _invalid(str(source.problems[0]))
    if source.data is None:
        return ()
    if not isinstance(source.data, dict):
        raise _wrong(source, (), "registries stand here, each with its mirrors")
    return tuple(_entries(source, source.data))


def _entries(source: Source, data: dict[str, Any]) -> Iterator[Mirror]:
    for registry, given in data.items():
        listed = given if isinstance(given, list) else [given]
        for number, mirror in enumerate(listed):
            path: Path = (registry, number) if isinstance(given, list) else (registry,)
            if not isinstance(mirror, str):
                raise _wrong(source, path, "the mirror of a registry is a text")
            try:
                yield _mirror(registry, mirror)
            except ValueError as error:
                raise _wrong(source, path, str(error)) from error


def _mirror(registry: str, text: str) -> Mirror:
    if "://" in text:
        raise ValueError(f"'{blank_login(text)}' has a scheme; leave it out: HOST[:PORT][/PREFIX]")
    if not _REGISTRY.fullmatch(registry):
        raise ValueError(f"'{blank_login(registry)}' is not a registry such as {HUB}")
    found = _MIRROR.fullmatch(text)
    if not found:
        raise ValueError(f"'{blank_login(text)}' is not a mirror: HOST[:PORT][/PREFIX]")
    own = HUB if registry in _HUB_NAMES else registry
    return Mirror(own, found["host"], found["prefix"].lstrip("/"))


def _wrong(source: Source, path: Path, message: str) -> UsageError:
    place = source.value_place(path)
    return _invalid(str(Problem(place.file, place.line, place.column, message)))


def _invalid(what: str) -> UsageError:
    fix = Fix("name mirrors as HOST[:PORT][/PREFIX], for another registry REGISTRY=HOST[:PORT]")
    return UsageError(what, id="mirrors.invalid", fix=fix)
