"""What decides which image a reference means: its lock, and whether a stand-in will do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envcheck.core.lockfile import Lockfile

if TYPE_CHECKING:
    from envcheck.core.lockfile import LockedImage
    from envcheck.core.reference import Reference


@dataclass(frozen=True)
class Pins:
    """The locks of a profile's images.

    Attributes:
        lock: its lockfile; an empty one where it has none.
        strict: whether nothing but a locked image will do, so that no recipe stands in for one.
    """

    lock: Lockfile = field(default_factory=Lockfile)
    strict: bool = False

    def locked(self, reference: Reference) -> LockedImage | None:
        """The lock of an image, or None where it has none."""
        return self.lock.images.get(reference)


UNLOCKED = Pins()
"""For images that no profile pins, such as the doctor's."""
