"""bundle save: a profile, what it is built from and its images, in one file."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from typing import TYPE_CHECKING

from envcheck import __version__
from envcheck.app.builds import builds_of, pins_of
from envcheck.app.bundling import seldom
from envcheck.app.checks.round_trips import BUSYBOX, HELLO_WORLD
from envcheck.app.loading import load, owner_of, tell_warnings
from envcheck.app.locking import pins_for
from envcheck.app.project import profile_path, project_files
from envcheck.app.up import DEFAULTS, get_images
from envcheck.core import events as ev
from envcheck.core.errors import Fix, StepFailed, UsageError
from envcheck.core.figures import size
from envcheck.core.reference import parse_reference
from envcheck.host.bundle_file import new_file, place_for, scratch
from envcheck.host.disk import disk_of
from envcheck.images.bundle.index import (
    MANIFEST_NAME,
    PROJECT,
    ImageEntry,
    Index,
    config_name,
)
from envcheck.images.bundle.layers import take
from envcheck.images.bundle.write import write_bundle
from envcheck.images.sources import here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from envcheck.app.project import ProjectFile
    from envcheck.app.session import Session
    from envcheck.core.profile import Profile
    from envcheck.core.spec import Owner
    from envcheck.engine.image_archive import ImageParts
    from envcheck.images.bundle.layers import Taken

_PACKS_TO = 2
"""Images of distributions pack to a third; half of them must fit on the disk."""


@dataclass(frozen=True)
class Saved:
    """What was saved: the file, its bytes, the names of its images, and how long it took."""

    path: str
    bytes: int
    images: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class _Wanted:
    """An image to be saved: what the engine says of it, its names, the profile's, its source."""

    parts: ImageParts
    names: tuple[str, ...]
    pins: tuple[str, ...]
    source: str


def save_bundle(session: Session, name: str, output: str) -> Saved:
    """Save a profile with its images; they are got first where they are not here.

    Raises:
        UsageError: the file cannot be, or is there and was not agreed to be replaced.
        EnvcheckError: an image could not be got or saved, or the file not be written.
    """
    begun = time.monotonic()
    profile = load(session, name)
    owner = owner_of(session, profile)
    title = "bundle save"
    session.emit(ev.Started(title, profile.name, owner.instance, profile.description))
    tell_warnings(session, profile)
    path = _agreed_place(session, output)
    session.engine()
    session.emit(ev.Section("Images"))
    wanted = _wanted(session, profile, owner)
    builds = builds_of(profile)
    _refuse_full_disks(session, path, wanted)
    session.emit(ev.Section("Bundle"))
    _write(session, path, profile, wanted, project_files(profile, builds))
    names = tuple(name for image in wanted for name in image.names or image.pins)
    saved = Saved(str(path), path.stat().st_size, names, time.monotonic() - begun)
    count = f"{len(wanted)} images" if len(wanted) != 1 else "1 image"
    session.emit(ev.Note(f"{path}: {size(saved.bytes)}, {count}"))
    return saved


def _agreed_place(session: Session, output: str) -> Path:
    if not output:
        raise UsageError(
            "where shall the bundle go?",
            id="bundle.which-file",
            fix=Fix("name a file with -o", ("envcheck bundle save PROFILE -o FILE",)),
        )
    path = place_for(output)
    if path.exists():
        session.agree((str(path),), "Replace the file that is there?", id="bundle.file-exists")
    return path


def _wanted(session: Session, profile: Profile, owner: Owner) -> tuple[_Wanted, ...]:
    """The images of the services, the ones that builds start from, and the doctor's if here.

    Raises:
        EnvcheckError: one could not be got.
    """
    choices = get_images(session, profile, owner, DEFAULTS)
    observed = session.engine().observe()
    builds = builds_of(profile)
    locks = pins_for(profile, pins_of(profile, builds))
    pins = (*pins_of(profile, builds), HELLO_WORLD, BUSYBOX)
    named = [
        (found.reference, str(pin), found.source)
        for pin in pins
        if (found := here(pin, observed, locks))
    ]
    return _merged(session, [*named, *((choices[name].used, "", "build") for name in builds)])


def _merged(session: Session, named: Iterable[tuple[str, str, str]]) -> tuple[_Wanted, ...]:
    """One entry for each image, from what the engine and the profile call it, and its source."""
    found: dict[str, _Wanted] = {}
    for reference, pin, source in named:
        parts = session.engine().image_archive.parts(reference)
        if parts is None:
            raise StepFailed(f"{reference} is gone: it was removed meanwhile", id="image.vanished")
        known = found.get(parts.id, _Wanted(parts, (), (), source))
        names = (*known.names, *_names(reference, pin))
        pins = (*known.pins, *([pin] if pin else []))
        found[parts.id] = _Wanted(parts, tuple(dict.fromkeys(names)), pins, known.source)
    return tuple(found.values())


def _names(reference: str, pin: str) -> Iterator[str]:
    """The name with a tag by which an image is to be known where it is loaded.

    What is known by its digest or its id here gets the tag of its pin; a pin that is nothing but a
    digest gives none, and the lockfile tells the image.
    """
    if "sha256:" not in reference:
        yield reference
    elif pin and (named := parse_reference(pin)).tag:
        yield f"{named.name}:{named.tag}"


def _refuse_full_disks(session: Session, path: Path, wanted: Sequence[_Wanted]) -> None:
    """See that there is room, here for the bundle and at the engine's for its archive.

    Raises:
        StepFailed: there is not.
    """
    engine = session.engine()
    sizes = {image.id: image.size for image in engine.observe().images}
    whole = sum(sizes.get(image.parts.id, 0) for image in wanted)
    places = {
        str(path.parent): whole // _PACKS_TO,
        str(engine.info().get("DockerRootDir") or ""): whole,
    }
    for folder, needed in places.items():
        disk = disk_of(folder)
        if disk is not None and disk.free < needed:
            raise StepFailed(
                f"{folder} has {size(disk.free)} free, and saving these images may take "
                f"{size(needed)}",
                id="machine.disk-short",
                fix=Fix("make room there, or write the bundle to another disk"),
            )


def _write(
    session: Session,
    path: Path,
    profile: Profile,
    wanted: Sequence[_Wanted],
    files: Sequence[ProjectFile],
) -> None:
    images = {image.parts.id: image.parts.layers for image in wanted}

    def tell(done: int) -> None:
        session.emit(ev.ImageProgress(path.name, "saving", done, None))

    archive = session.engine().image_archive.save(tuple(images))
    with scratch(path) as layers, new_file(path) as target:
        taken = take(archive, images, layers, seldom(tell))
        index = _index(profile, wanted, files, taken)
        write_bundle(target, index, _sources(index, files, taken), layers)


def _index(
    profile: Profile, wanted: Sequence[_Wanted], files: Sequence[ProjectFile], taken: Taken
) -> Index:
    return Index(
        envcheck=__version__,
        created=datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        profile=profile.name,
        file=profile_path(profile),
        files=tuple(file.entry for file in files),
        images=tuple(
            ImageEntry(
                id=image.parts.id,
                names=image.names,
                pins=image.pins,
                source=image.source,
                platform=image.parts.platform,
                size=len(taken.configs[image.parts.id]),
                layers=image.parts.layers,
            )
            for image in wanted
        ),
        layers=tuple(taken.layers),
    )


def _sources(
    index: Index, files: Sequence[ProjectFile], taken: Taken
) -> Mapping[str, Callable[[], Iterable[bytes]]]:
    """How to read each member before the layers, by its name."""
    configs = {config_name(id): (text,) for id, text in taken.configs.items()}
    return {
        MANIFEST_NAME: lambda: (index.manifest(),),
        **{f"{PROJECT}{file.entry.path}": file.pieces for file in files},
        **{name: partial(tuple, texts) for name, texts in configs.items()},
    }
