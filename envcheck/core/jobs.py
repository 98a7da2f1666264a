"""Jobs: what one is done from, and what is known of those that were begun before. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core.spec import fingerprint

if TYPE_CHECKING:
    from envcheck.core.observed import Observed


@dataclass(frozen=True)
class JobInputs:
    """What a job is done from: it need not be done again while none of this has changed.

    Attributes:
        container: the fingerprint of its container's spec, part by part.
        image: the image's name on the engine.
        volumes: its own, and those of the services that it depends on, directly or not.
    """

    container: str
    image: str
    volumes: tuple[str, ...]


@dataclass(frozen=True)
class JobRecord:
    """A job that was begun: from what, in which container (by id), and whether it was done."""

    service: str
    inputs: str
    container: str
    done: bool


def inputs_now(inputs: JobInputs, observed: Observed) -> str:
    """The fingerprint of what a job would be done from at this moment, part by part."""
    image = observed.image(inputs.image)
    parts = [inputs.container, f"image-id:{_short(image.id if image else '')}"]
    for name in inputs.volumes:
        volume = observed.volume(name)
        parts.append(f"{name}:{_short(volume.identity if volume else '')}")
    return ",".join(parts)


def _short(text: str) -> str:
    return fingerprint({"": text})[:8]
