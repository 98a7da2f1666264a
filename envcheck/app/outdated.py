"""outdated: which newer tags the repositories of a profile's images have. Nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.app.pinned import begin, registries
from envcheck.core.series import newer

if TYPE_CHECKING:
    from envcheck.app.session import Session
    from envcheck.core.reference import Reference
    from envcheck.core.series import Newer


@dataclass(frozen=True)
class Outdated:
    """An image, who uses it, and the newer tags that its repository has.

    ``newer`` is None where its tag names no version that others could be compared with.
    """

    image: Reference
    services: tuple[str, ...]
    newer: Newer | None


def outdated(session: Session, name: str) -> tuple[Outdated, ...]:
    """The images of a profile, each with what is newer.

    Raises:
        EnvcheckError: a registry could not be asked.
    """
    pinned = begin(session, "outdated", name)
    with registries(session) as known:
        return tuple(
            Outdated(image, services, newer(image.tag, known.tags(image).value))
            for image, services in pinned.services.items()
        )
