"""What we create in Docker: labels, names, and the specs of networks, volumes and containers.

Labels are the truth about ownership: everything envcheck creates bears them, and what does not
bear them is never stopped, changed or removed, whatever its name is.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMESPACE = "dev.envcheck"


class Label:
    """The names of our labels on Docker objects."""

    PROFILE = f"{NAMESPACE}.profile"
    INSTANCE = f"{NAMESPACE}.instance"
    SERVICE = f"{NAMESPACE}.service"
    FINGERPRINT = f"{NAMESPACE}.fingerprint"
    ROOT = f"{NAMESPACE}.root"
    VERSION = f"{NAMESPACE}.version"
    # On images only: the pin that a recipe was asked for, e.g. ``postgres:17.11``.
    RECIPE = f"{NAMESPACE}.recipe"
    # On volumes only: when we made it, so that one made anew can be told from it; and, where it was
    # made empty to be filled from a seed, the seed's fingerprint then.
    MADE = f"{NAMESPACE}.made"
    SEED = f"{NAMESPACE}.seed"
    # On volumes that were made to be filled from a snapshot; see `core.restoring`.
    SNAPSHOT = f"{NAMESPACE}.snapshot"
    # On containers that are there for one command only: the process that removes them at its end.
    PROCESS = f"{NAMESPACE}.process"


DEFAULT_GRACE = 10
"""Seconds for which the engine waits for a container's end, unless it is told otherwise."""

RECIPE_BASE = "base"
"""The value of `Label.RECIPE` on the image that all recipes build upon."""

LOCAL_REGISTRY = "envcheck.local"
"""Prefix of every image that is made here; a name under .local never resolves to a registry."""


@dataclass(frozen=True)
class Owner:
    """Whose an object is: the profile, its folder, the instance, and our own version."""

    profile: str
    instance: str
    root: str
    version: str

    def labels(self, *, service: str = "", fingerprint: str = "") -> dict[str, str]:
        """The labels of an object that this owner creates."""
        labels = {
            Label.PROFILE: self.profile,
            Label.INSTANCE: self.instance,
            Label.ROOT: self.root,
            Label.VERSION: self.version,
        }
        if service:
            labels[Label.SERVICE] = service
        if fingerprint:
            labels[Label.FINGERPRINT] = fingerprint
        return labels


def network_name(instance: str) -> str:
    """The name of an instance's network."""
    return instance


def container_name(instance: str, service: str) -> str:
    """The name of a service's container."""
    return f"{instance}-{service}"


def aside_name(container: str) -> str:
    """What a container is called while `check --deep` tries another one in its place."""
    return f"{container}-before"


def volume_name(instance: str, name: str) -> str:
    """The name in Docker of a volume that the profile calls ``name``."""
    return f"{instance}_{name}"


def data_volume_name(instance: str, service: str) -> str:
    """The name of the volume that holds a kind's data."""
    return f"{instance}_{service}-data"


def built_image(profile: str, service: str, fingerprint: str) -> str:
    """The reference of an image that is built from a profile's own Dockerfile."""
    return f"{LOCAL_REGISTRY}/{profile}-{service}:{fingerprint}"


@dataclass(frozen=True)
class NetworkSpec:
    """A network to create."""

    name: str
    labels: Mapping[str, str]


@dataclass(frozen=True)
class VolumeSpec:
    """A named volume to create."""

    name: str
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Mount:
    """A named volume, and the absolute path in the container where it is mounted."""

    volume: str
    target: str


@dataclass(frozen=True)
class PortBinding:
    """A TCP port published on 127.0.0.1; host None lets the engine choose a free one."""

    container: int
    host: int | None


PIDS_LIMIT = 2048
"""How many processes and threads a container may have, where the profile does not say.

Podman's default. A server with a thread or process a connection has some hundreds (PostgreSQL
allows 100 connections by default, MySQL 151); a fork bomb has as many as the machine can bear.
"""


@dataclass(frozen=True)
class ContainerSpec:
    """A container to create.

    Attributes:
        secrets: names of the variables whose values are never shown.
        restart: what the engine does when its process ends, in Docker's words.
        memory: the most that it may use, bytes, or None.
        hostname: its own name for itself; nothing: the engine makes one up for each container.
        stop_signal: what its process is told to end with, unless its image says so itself.
        grace: seconds that it then has until it is killed.
        pids: how many processes and threads it may have.
    """

    name: str
    service: str
    image: str
    network: str
    environment: Mapping[str, str] = field(repr=False)  # may hold secrets
    ports: tuple[PortBinding, ...]
    mounts: tuple[Mount, ...]
    labels: Mapping[str, str]
    command: tuple[str, ...] | None = field(default=None, repr=False)  # may hold secrets
    secrets: frozenset[str] = field(default_factory=frozenset)
    restart: str = "no"
    memory: int | None = None
    hostname: str = ""
    stop_signal: str = ""
    grace: int = DEFAULT_GRACE
    pids: int = PIDS_LIMIT


def fingerprint(parts: Mapping[str, Any]) -> str:
    """A short stable hash of JSON-like parts: same parts, same text, on every machine."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
