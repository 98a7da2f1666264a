"""bundle load: all of a bundle is compared first; then its files are written, its images loaded."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.app.bundling import seldom
from envcheck.core import events as ev
from envcheck.core.errors import Fix, ObjectConflict, StepFailed, UsageError
from envcheck.core.figures import size
from envcheck.core.spec import LOCAL_REGISTRY, Label
from envcheck.host.bundle_file import opened
from envcheck.host.disk import disk_of
from envcheck.host.folder import opened as opened_folder
from envcheck.images.bundle.index import CONFIGS, PROJECT
from envcheck.images.bundle.members import END, header, padding
from envcheck.images.bundle.read import contents, open_bundle, verify

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from envcheck.app.session import Session
    from envcheck.core.observed import Observed
    from envcheck.host.folder import Folder, Found
    from envcheck.images.bundle.index import FileEntry, ImageEntry, Index
    from envcheck.images.bundle.read import Bundle, Tell

_TWICE = 2
"""An engine unpacks an archive into a folder first, and then its layers into their places."""


@dataclass(frozen=True)
class Loaded:
    """What was loaded: the profile's name and file, the images' names, and how long it took."""

    profile: str
    file: str
    images: tuple[str, ...]
    seconds: float


def load_bundle(session: Session, file: str, into: str) -> Loaded:
    """Load a bundle into a folder and the engine.

    Args:
        session: this run.
        file: the bundle.
        into: the folder that gets `profiles/`; nothing stands for the current one.

    Raises:
        BundleInvalid: it is none, is damaged, or holds what no bundle may hold; nothing was done.
        UsageError: a file would be overwritten and that was not agreed to; nothing was done.
        EnvcheckError: the engine could not take an image, or a file not be written.
    """
    begun = time.monotonic()
    if not file:
        fix = Fix("name its file", ("envcheck bundle load FILE",))
        raise UsageError("which bundle?", id="bundle.which-file", fix=fix)
    with opened(file) as raw:
        session.emit(ev.Started("bundle load"))
        bundle = open_bundle(raw, seldom(lambda _done: None))
        index = bundle.index
        instance = session.instance or index.profile
        session.emit(ev.Started("bundle load", index.profile, instance))
        session.emit(ev.Section("Bundle"))
        observed = session.engine().observe()
        _refuse_unfit(session, index, observed)
        verify(bundle, seldom(_teller(session, file, "comparing", index.size)))
        with opened_folder(into or ".") as folder:
            _agree_to_changes(session, folder, index.files)
            _load_images(session, bundle, observed, instance)
            _write_files(folder, bundle)
    names = tuple(name for image in index.images for name in image.names or (image.id,))
    session.emit(ev.Note(f"{index.file} and {len(names)} images are here, from {index.created}"))
    return Loaded(index.profile, index.file, names, time.monotonic() - begun)


def _teller(session: Session, file: str, phase: str, total: int) -> Tell:
    def tell(done: int) -> None:
        session.emit(ev.ImageProgress(file, phase, done, total))

    return tell


# What speaks against it


def _refuse_unfit(session: Session, index: Index, observed: Observed) -> None:
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
        evidence=(f"here {seen.id[:19]}, in the bundle {image.id[:19]}",),
        fix=Fix("look at it, and remove its name yourself", (f"docker rmi {name}",)),
    )


def _ours(name: str, labels: Mapping[str, str]) -> bool:
    return name.startswith(f"{LOCAL_REGISTRY}/") and Label.VERSION in labels


def _agree_to_changes(session: Session, folder: Folder, files: Sequence[FileEntry]) -> None:
    """Ask before a file that is there and is another is overwritten.

    Raises:
        UsageError: not agreed to.
    """
    changes = []
    for file in files:
        found = folder.look(file.path)
        if found is not None and (why := _apart(file, found)):
            changes.append(f"{file.path}: {why}")
    if changes:
        session.agree(
            changes, f"Overwrite what differs in {folder.shown}?", id="bundle.file-differs"
        )


def _apart(file: FileEntry, found: Found) -> str:
    """In what a file that is there differs; nothing where it is the same."""
    if (file.link, file.sha256) != (found.link, found.sha256):
        return "differs"
    if not file.link and file.mode != found.mode:  # part of what a build is known by
        return f"is the same, with rights {found.mode:o} instead of {file.mode:o}"
    return ""


# Doing it


def _load_images(session: Session, bundle: Bundle, observed: Observed, instance: str) -> None:
    """Load the images, each on record before it is here, so that `clean` takes it away again.

    Raises:
        StepFailed: the engine did not take them, or has made others of them.
    """
    begun, index = time.monotonic(), bundle.index
    for image in index.images:
        _record(session, image, observed, instance)
    here = {seen.id for seen in observed.images}
    engine = session.engine()
    if not here >= {image.id for image in index.images}:
        layers = sum(layer.size for layer in index.layers)
        tell = seldom(_teller(session, index.profile, "loading", layers))
        engine.image_archive.load(_archive(bundle, tell))
    for image in index.images:
        for name in image.names:
            seen = observed.image(name)
            if image.id in here and (seen is None or seen.id != image.id):
                engine.tag_image(image.id, name)
        fresh = image.id not in here
        _confirm(session, image, time.monotonic() - begun, fresh=fresh)


def _record(session: Session, image: ImageEntry, observed: Observed, instance: str) -> None:
    """Note the names of an image, and its id where it is new: a locked image goes by its id."""
    seen = observed.image(image.id)
    before = seen is not None and not seen.made_here
    for reference in (*image.names, *([] if seen else [image.id])):
        session.ledger().use(reference, instance, before=before)


def _archive(bundle: Bundle, tell: Tell) -> Iterator[bytes]:
    """What of a bundle is the engine's, as `docker load` wants it; compared once more."""
    sent = 0
    for member, pieces in contents(bundle):
        if member.name.startswith(PROJECT):
            continue
        yield header(member)
        for piece in pieces:
            yield piece
            sent += len(piece)
            tell(sent)
        yield padding(member.size)
    yield END


def _confirm(session: Session, image: ImageEntry, seconds: float, *, fresh: bool) -> None:
    """See that the engine has what the bundle held, under each name, and tell of it."""
    engine = session.engine()
    for name in image.names or (image.id,):
        parts = engine.image_archive.parts(name)
        # Not by id alone: an engine with containerd's store gives ids of another kind.
        if parts is None or parts.layers != image.layers:
            raise StepFailed(
                f"the engine took the bundle, and has not the image {name} that was in it",
                id="bundle.not-loaded",
                evidence=(f"wanted {image.id}, found {parts.id if parts else 'none'}",),
            )
        if fresh:
            session.emit(ev.Changed(ev.Change("loaded", "image", name)))
    shown = next(iter((*image.pins, *image.names)), image.id)
    name = next(iter(image.names), image.id)
    session.emit(ev.ImageReady(shown, name, "bundle", image.id, seconds, fresh=fresh))


def _write_files(folder: Folder, bundle: Bundle) -> None:
    """Write the files that are not there as they should be, the profile itself last."""
    own = bundle.index.file
    wanted = {
        f"{PROJECT}{file.path}": file for file in bundle.index.files if _missing(folder, file)
    }
    profile: list[bytes] = []
    for member, pieces in contents(bundle):
        if member.name.startswith(CONFIGS):
            break
        file = wanted.get(member.name)
        if file is not None and file.path == own:
            profile = [*pieces]
        elif file is not None:
            folder.write(file.path, file.mode, pieces)
    for file in wanted.values():
        if file.link:
            folder.link(file.path, file.link)
        elif file.path == own:
            folder.write(file.path, file.mode, profile)


def _missing(folder: Folder, file: FileEntry) -> bool:
    found = folder.look(file.path)
    return found is None or bool(_apart(file, found))
