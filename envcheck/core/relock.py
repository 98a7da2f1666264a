"""What happens to a lockfile: from the old one and what registries say, the new one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from envcheck.core.lockfile import LockedImage, Lockfile
    from envcheck.core.reference import Reference

Turn = Literal["kept", "added", "moved", "removed"]


@dataclass(frozen=True)
class LockChange:
    """What becomes of one image's lock; ``before`` and ``now`` are None where there is none."""

    reference: Reference
    before: LockedImage | None
    now: LockedImage | None

    @property
    def turn(self) -> Turn:
        """The change in one word. The same digest, resolved again, counts as kept."""
        if self.before is None:
            return "added"
        if self.now is None:
            return "removed"
        return "kept" if self.before.digest == self.now.digest else "moved"


def to_resolve(
    lock: Lockfile, wanted: Sequence[Reference], moved_on: Iterable[Reference]
) -> tuple[Reference, ...]:
    """The images that registries must be asked for: new ones, and those to move on."""
    again = {*moved_on}
    return tuple(r for r in wanted if r not in lock.images or r in again)


def changes(old: Lockfile, new: Lockfile, wanted: Sequence[Reference]) -> tuple[LockChange, ...]:
    """What becomes of each image, by its name; those that go come last."""
    there = [LockChange(r, old.images.get(r), new.images.get(r)) for r in wanted]
    gone = [LockChange(r, old.images[r], None) for r in old.surplus(wanted)]
    return (
        *sorted(there, key=lambda change: str(change.reference)),
        *sorted(gone, key=lambda change: str(change.reference)),
    )
