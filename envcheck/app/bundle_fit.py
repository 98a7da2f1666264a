"""What speaks against loading a bundle here: a platform, no room, others' names and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import Fix, ObjectConflict, StepFailed
from envcheck.core.figures import size
from envcheck.core.reference import short_digest
from envcheck.core.spec import LOCAL_REGISTRY, Label
from envcheck.host.disk import disk_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envcheck.app.session import Session
    from envcheck.core.observed import Observed
    from envcheck.host.folder import Folder, Found
    from envcheck.images.bundle.index import FileEntry, ImageEntry, Index

_TWICE = 2
"""An engine unpacks an archive into a folder first, and then its layers into their places."""


def refuse_unfit(session: Session, index: Index, observed: Observed) -> None:
    """See that the engine can take the images, and that none takes somebody's name.

    Raises:
        StepFailed: it cannot.
        ObjectConflict: a name is somebody else's.
    """
    _refuse_platform(session, index)
    _refuse_full_disk(session, index)
    for image in index.images:
        for name in image.names:
            _refuse_taken(name, image, observed)


def _refuse_platform(session: Session, index: Index) -> None:
    told = session.engine().version()
    here = f"{told.get('Os')}/{told.get('Arch')}"
    others = {i.platform for i in index.images if i.platform.split("/")[:2] != here.split("/")}
    if others and told.get("Arch"):
        raise StepFailed(
            f"the bundle's images are for {', '.join(sorted(others))}, and the engine is {here}",
            id="bundle.other-platform",
            fix=Fix(f"make the bundle on a machine with an engine for {here}"),
        )


def _refuse_full_disk(session: Session, index: Index) -> None:
    folder = str(session.engine().info().get("DockerRootDir") or "")
    disk = disk_of(folder)
    layers = sum(layer.size for layer in index.layers)
    if disk is not None and disk.free < layers * _TWICE:
        raise StepFailed(
            f"{folder} has {size(disk.free)} free, and loading takes {size(layers * _TWICE)}",
            id="machine.disk-short",
            fix=Fix("make room where Docker keeps its data", ("docker system df",)),
        )


def _refuse_taken(name: str, image: ImageEntry, observed: Observed) -> None:
    seen = observed.image(name)
    if seen is None or seen.id == image.id or _ours(name, seen.labels):
        return
    raise ObjectConflict(
        f"there is another image named '{name}' already, and it is not ours",
        id="bundle.name-taken",
        evidence=(f"here {short_digest(seen.id)}, in the bundle {short_digest(image.id)}",),
        fix=Fix("look at it, and remove its name yourself", (f"docker rmi {name}",)),
    )


def _ours(name: str, labels: Mapping[str, str]) -> bool:
    return name.startswith(f"{LOCAL_REGISTRY}/") and Label.VERSION in labels


def agree_to_changes(session: Session, folder: Folder, files: Sequence[FileEntry]) -> None:
    """Ask before a file that is there and is another is overwritten.

    Raises:
        UsageError: not agreed to.
    """
    changes = []
    for file in files:
        found = folder.look(file.path)
        if found is not None and (why := apart(file, found)):
            changes.append(f"{file.path}: {why}")
    if changes:
        session.agree(
            changes, f"Overwrite what differs in {folder.shown}?", id="bundle.file-differs"
        )


def apart(file: FileEntry, found: Found) -> str:
    """In what a file that is there differs; nothing where it is the same."""
    if (file.link, file.sha256) != (found.link, found.sha256):
        return "differs"
    if not file.link and file.mode != found.mode:  # part of what a build is known by
        return f"is the same, with rights {found.mode:o} instead of {file.mode:o}"
    return ""
