"""bundle load: all of a bundle is compared first; then its files are written, its images loaded."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.app.bundle_fit import agree_to_changes, apart, refuse_unfit
from envcheck.app.bundling import seldom
from envcheck.app.instances import instance_of
from envcheck.core import events as ev
from envcheck.core.deeds import Deed
from envcheck.core.errors import Fix, StepFailed, UsageError
from envcheck.host.bundle_file import opened
from envcheck.host.folder import opened as opened_folder
from envcheck.images.bundle.index import CONFIGS, PROJECT
from envcheck.images.bundle.members import END, header, padding
from envcheck.images.bundle.paths import FOLDER
from envcheck.images.bundle.read import contents, open_bundle, verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.app.session import Session
    from envcheck.core.observed import Observed
    from envcheck.host.folder import Folder
    from envcheck.images.bundle.index import FileEntry, ImageEntry
    from envcheck.images.bundle.read import Bundle, Tell


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
        instance = instance_of(session, index.profile, str(Path(into or ".", FOLDER).absolute()))
        session.emit(ev.Started("bundle load", index.profile, instance))
        session.emit(ev.Section("Bundle"))
        observed = session.engine().observe()
        refuse_unfit(session, index, observed)
        verify(bundle, seldom(_teller(session, file, "comparing", index.size)))
        with opened_folder(into or ".") as folder:
            agree_to_changes(session, folder, index.files)
            with session.holding(instance, session.command) as journal:
                deeds = (Deed("load", "image", image.id) for image in index.images)
                with journal.doing(*deeds):
                    _load_images(session, bundle, observed, instance)
                _write_files(folder, bundle)
    names = tuple(name for image in index.images for name in image.names or (image.id,))
    count = f"{len(index.images)} images" if len(index.images) != 1 else "its image"
    session.emit(ev.Note(f"{index.file} and {count} are here, as saved {index.created}"))
    return Loaded(index.profile, index.file, names, time.monotonic() - begun)


def _teller(session: Session, file: str, phase: str, total: int) -> Tell:
    def tell(done: int) -> None:
        session.emit(ev.ImageProgress(file, phase, done, total))

    return tell


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
    with session.settling("images"):  # whoever removes images looks at the records in it
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
    return found is None or bool(apart(file, found))
