"""What is not ours is not touched: there is no plan where somebody else has our name. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import Fix, ObjectConflict, UsageError
from envcheck.core.observed import owned
from envcheck.core.spec import Label

if TYPE_CHECKING:
    from envcheck.core.desired import Desired
    from envcheck.core.observed import Observed, SeenContainer, SeenNetwork, SeenVolume


def refuse_foreign(desired: Desired, observed: Observed) -> None:
    """See that every name which an instance needs is free or its own.

    Raises:
        ObjectConflict: something that is not ours has a name that we need.
        UsageError: the instance belongs to another folder.
    """
    instance = desired.owner.instance
    wanted: list[tuple[str, SeenNetwork | SeenContainer | SeenVolume | None]]
    wanted = [("network", observed.network(desired.network.name))]
    for service in desired.services.values():
        wanted.append(("container", observed.container(service.container.name)))
        wanted += [("volume", observed.volume(volume.name)) for volume in service.volumes]
    for kind, seen in wanted:
        if seen is None:
            continue
        if not owned(seen.labels, instance):
            raise _name_taken(kind, seen.name)
        root = seen.labels.get(Label.ROOT, desired.owner.root)
        if root != desired.owner.root:
            raise _elsewhere(instance, root)


def _name_taken(kind: str, name: str) -> ObjectConflict:
    return ObjectConflict(
        f"there is a {kind} named '{name}' already, and it is not ours",
        id="docker.name-taken",
        evidence=(f"{kind} {name} does not bear the label {Label.INSTANCE}",),
        fix=Fix(
            "look at it and remove or rename it yourself, or use another instance name",
            (f"docker {kind} inspect {name}",),
        ),
    )


def _elsewhere(instance: str, root: str) -> UsageError:
    return UsageError(
        f"instance '{instance}' belongs to the profile in {root}",
        id="instance.elsewhere",
        fix=Fix("give this one a name of its own with --instance NAME, or clean the other one"),
    )
