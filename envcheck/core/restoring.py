"""Volumes that were made to be filled from a snapshot, and how it is known that they were. Pure.

Such a volume bears a label with a word that no other has. The same word is written into it as a
file when all else is there. So a volume with the label and without the file is half of one,
whatever has become of the run that filled it, and of the ledger.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix, UsageError
from envcheck.core.spec import Label

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

    from envcheck.core.desired import Desired
    from envcheck.core.observed import Observed, SeenVolume
    from envcheck.core.spec import Owner

WHOLE = ".envcheck-restored"
"""The file, in the root of the volume."""

_SEEDED = "seeded:"
"""How the label begins where the volume held nothing but what its seed makes again."""


def restored_label(name: str, *, seeded: bool = False) -> str:
    """The label's value for a volume that will be filled from that snapshot."""
    return f"{_SEEDED if seeded else ''}{name}:{secrets.token_hex(4)}"


def is_whole(volume: SeenVolume, found: bytes | None) -> bool:
    """Whether a volume with the label holds all of its snapshot; ``found`` is in the file."""
    wanted = volume.labels.get(Label.SNAPSHOT, "")
    return found is not None and found.decode("utf-8", "replace").strip() == wanted


def made_again(labels: Mapping[str, str]) -> bool:
    """Whether half of a volume can be thrown away, since its seed makes all of it again."""
    return labels.get(Label.SNAPSHOT, "").startswith(_SEEDED)


def refuse_halves(desired: Desired, observed: Observed, halves: Set[str]) -> None:
    """See that no service would be started on half of its data.

    Raises:
        UsageError: one would be.
    """
    for service in desired.services.values():
        for volume in service.volumes:
            half = observed.volume(volume.name) if volume.name in halves else None
            if half is not None and not made_again(half.labels):
                raise unfinished(desired.owner, half)


def unfinished(owner: Owner, half: SeenVolume) -> UsageError:
    """The error for a volume that holds a part of a snapshot only."""
    name = half.labels[Label.SNAPSHOT].rpartition(":")[0].removeprefix(_SEEDED)
    service = half.labels.get(Label.SERVICE, "")
    other = owner.instance != owner.profile
    who = f"{owner.profile} --instance {owner.instance}" if other else owner.profile
    return UsageError(
        f"volume {half.name} holds a part of snapshot '{name}' only: restoring it was broken off",
        id="snapshot.unfinished",
        fix=Fix(
            "restore it again, or begin with empty data",
            (f"envcheck snapshot restore {who} {name}", f"envcheck clean {who} --only {service}"),
        ),
    )


# How many numbers of a version name the series whose data files are alike, by what each project
# calls a major version: postgresql.org/support/versioning (17), dev.mysql.com/doc (8.4),
# mariadb.org/about (11.8), mongodb.com/docs/manual/reference/versioning (8.0).
_SERIES = {"postgres": 1, "mysql": 2, "mariadb": 2, "mongodb": 2, "redis": 1, "rabbitmq": 1}


def other_major(kind: str, saved: str, pinned: str) -> bool:
    """Whether data of one version is not for a server of the other, as far as versions are known.

    Args:
        kind: the service's kind; of one that is no database nothing is known.
        saved: the version that wrote the data.
        pinned: the version that is to read it.
    """
    series = _SERIES.get(kind, 0)
    pairs = zip(saved.split("."), pinned.split("."), strict=False)
    return bool(saved and pinned) and any(old != new for old, new in [*pairs][:series])
