"""What a lost ledger can be made anew from: the labels of what stands on the engine. Pure.

Labels do not tell where an image came from. So an image that is not our own making is entered as
one that may have been here before us, and is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core.observed import owned
from envcheck.core.spec import Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.observed import Observed


@dataclass(frozen=True)
class RememberedInstance:
    """An instance as labels tell it.

    Attributes:
        images: the images that its containers were made from, each with whether it is our making.
        ports: host port by service and container port.
    """

    name: str
    profile: str
    root: str
    images: Mapping[str, bool]
    ports: Mapping[tuple[str, int], int]


def from_labels(observed: Observed) -> tuple[RememberedInstance, ...]:
    """Every instance on the engine, as far as labels tell of it."""
    return tuple(_remembered(name, observed) for name in observed.instances())


def _remembered(instance: str, observed: Observed) -> RememberedInstance:
    containers = tuple(observed.of_instance(instance))
    labels = [
        *(container.labels for container in containers),
        *(volume.labels for volume in observed.volumes if owned(volume.labels, instance)),
        *(network.labels for network in observed.networks if owned(network.labels, instance)),
        *(image.labels for image in observed.images if owned(image.labels, instance)),
    ]
    images: dict[str, bool] = {}
    for seen in containers:
        image = next((i for i in observed.images if i.id == seen.image_id), None)
        images[seen.image] = image is not None and image.made_here
    return RememberedInstance(
        name=instance,
        profile=_first(labels, Label.PROFILE),
        root=_first(labels, Label.ROOT),
        images=images,
        ports={(c.service, inside): host for c in containers for inside, host in c.ports.items()},
    )


def _first(labels: list[Mapping[str, str]], name: str) -> str:
    return next((found[name] for found in labels if found.get(name)), "")
