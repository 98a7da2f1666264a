"""The objects of the fake engine, as it keeps them and as it shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envcheck.core.observed import SeenContainer, SeenImage, SeenNetwork, SeenVolume
from envcheck.run.ports import ContainerState, ImageFacts
from tests.fake.life import KILLED, NEVER_STARTED, STEADY, Life

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.spec import ContainerSpec

_NEVER = "0001-01-01T00:00:00Z"


@dataclass
class Image:
    """An image. ``parent`` is the id of the one that it was built upon, if that is here."""

    id: str
    tags: list[str]
    digests: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    size: int = 1_000_000
    volumes: tuple[str, ...] = ()
    parent: str = ""

    def seen(self) -> SeenImage:
        """The image as a look at the engine shows it."""
        return SeenImage(self.id, tuple(self.tags), self.digests, dict(self.labels), self.size)

    def facts(self) -> ImageFacts:
        """The image as its inspection shows it."""
        digest = self.digests[0].partition("@")[2] if self.digests else self.id
        return ImageFacts(self.id, digest, dict(self.labels), self.volumes, "amd64")


@dataclass
class Network:
    """A network."""

    id: str
    name: str
    labels: Mapping[str, str]

    def seen(self) -> SeenNetwork:
        """The network as a look at the engine shows it."""
        return SeenNetwork(self.id, self.name, dict(self.labels))


@dataclass
class Volume:
    """A named volume, and what is in it by its path."""

    name: str
    labels: Mapping[str, str]
    files: dict[str, bytes] = field(default_factory=dict)

    def seen(self) -> SeenVolume:
        """The volume as a look at the engine shows it."""
        return SeenVolume(self.name, dict(self.labels))


@dataclass
class Container:
    """A container, and the life that its process leads.

    ``network_id`` is known from the first start on, and is never looked up again: a network that
    was removed and made anew is another one.
    """

    id: str
    spec: ContainerSpec
    image_id: str
    labels: Mapping[str, str]
    life: Life = STEADY
    network_id: str = ""
    status: str = "created"
    exit_code: int = 0
    oom: bool = False
    error: str = ""
    started: float | None = None
    ports: dict[int, int] = field(default_factory=dict)
    restarts: int = 0
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def running(self) -> bool:
        """Whether its process runs."""
        return self.status == "running"

    def refuse(self, error: str) -> None:
        """Note that it could not be started."""
        self.error, self.exit_code = error, self.exit_code or NEVER_STARTED

    def start(self, now: float, ports: dict[int, int]) -> None:
        """Begin to live."""
        self.status, self.started, self.ports = "running", now, ports
        self.exit_code, self.oom, self.error = 0, False, ""

    def age(self, now: float) -> None:
        """End, if its time has come."""
        if not self.running or self.started is None or self.life.seconds is None:
            return
        if now - self.started >= self.life.seconds:
            self.end(self.life.exit_code, oom=self.life.oom)

    def stop(self) -> None:
        """Be told to stop, or be killed where that is of no use."""
        self.end(KILLED if self.life.deaf else self.life.stop_code)

    def end(self, exit_code: int, *, oom: bool = False) -> None:
        """End."""
        self.status, self.exit_code, self.oom, self.ports = "exited", exit_code, oom, {}

    def seen(self) -> SeenContainer:
        """The container as a look at the engine shows it."""
        return SeenContainer(
            id=self.id,
            name=self.spec.name,
            state=self.status,
            image=self.spec.image,
            image_id=self.image_id,
            labels=dict(self.labels),
            ports=dict(self.ports),
            volumes=tuple(mount.volume for mount in self.spec.mounts),
            networks={self.spec.network: self.network_id},
        )

    def state(self) -> ContainerState:
        """The container as its inspection shows it."""
        return ContainerState(
            id=self.id,
            status=self.status,
            exit_code=self.exit_code,
            oom_killed=self.oom,
            started_at=_NEVER if self.started is None else f"+{self.started:.3f}",
            restarts=self.restarts,
            error=self.error,
            image_id=self.image_id,
            ports=dict(self.ports),
            mounts={mount.target: mount.volume for mount in self.spec.mounts},
        )
