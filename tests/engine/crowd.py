"""A crowd of strangers: objects that bear our names, and are not ours."""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.engine.faults import scrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.conftest import Docker

_SECRET = "dear to somebody"


@dataclass(frozen=True)
class Crowd:
    """Strangers on an engine, by kind.

    Attributes:
        docker: the engine's own command line.
        names: what they are called, by their kind.
        volumes: where each of their volumes is mounted, as CONTAINER:PATH.
    """

    docker: Docker
    names: dict[str, tuple[str, ...]]
    volumes: tuple[str, ...]

    def state(self) -> dict[str, str]:
        """All that the engine says of them, and what is in their volumes, byte for byte."""
        told = {
            kind: json.dumps(json.loads("\n".join(self.docker(kind, "inspect", *names))), indent=1)
            for kind, names in self.names.items()
        }
        return {**told, **{place: self._digest(place) for place in self.volumes}}

    def _digest(self, place: str) -> str:
        """Of a folder's tar, which holds names, times, owners and contents."""
        return hashlib.sha256(self.docker.raw("cp", place, "-")).hexdigest()


@contextmanager
def strangers(docker: Docker, instance: str) -> Iterator[Crowd]:
    """Strangers around an instance of webapp, gone again when the context ends.

    Names are an engine's by kind, so a container may have the name of our network, and a network
    that of our volume. Others look like ours, or belong to an instance that nobody knows.
    """
    image = f"{instance}-db:foreign"
    scrap.load(image, scrap.programs())
    images = (image, f"{instance}:latest", f"envcheck.local/webapp-web:{instance}")
    for name in images[1:]:
        docker("tag", image, name)
    elsewhere = ("--label", f"dev.envcheck.instance={instance}0", "--label", "dev.envcheck.root=/")
    volumes = (instance, f"{instance}-db", f"{instance}_other-data", f"{instance}0_db-data")
    networks = (f"{instance}-cache", f"{instance}_db-data", f"{instance}0")
    for name in volumes:
        docker("volume", "create", *(elsewhere if name.startswith(f"{instance}0") else ()), name)
    for name in networks:
        docker("network", "create", *(elsewhere if name == f"{instance}0" else ()), name)
    containers = (instance, f"{instance}_cache-data", f"{instance}0-db")
    places = []
    for name, volume in zip(containers, volumes, strict=False):
        labels = elsewhere if name == f"{instance}0-db" else ()
        script = f"echo {_SECRET} > /theirs/file; exec sleep 100000"
        docker(
            *("run", "-d", "--name", name, *labels, "--network", networks[1]),
            *("-v", f"{volume}:/theirs", image, "sh", "-c", script),
        )
        places.append(f"{name}:/theirs")
    docker("create", "--name", f"{instance}-d", image, "true")
    everyone = {
        "container": (*containers, f"{instance}-d"),
        "network": networks,
        "volume": volumes,
        "image": images,
    }
    try:
        yield Crowd(docker, everyone, tuple(places))
    finally:
        _remove(docker, everyone)


def _remove(docker: Docker, everyone: dict[str, tuple[str, ...]]) -> None:
    docker("rm", "-fv", *everyone["container"])
    docker("network", "rm", *everyone["network"])
    docker("volume", "rm", *everyone["volume"])
    docker("rmi", *everyone["image"])
