"""Taking a snapshot: who writes is stopped as it wants to be, copied, and started again."""

from __future__ import annotations

import platform
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from envcheck import __version__
from envcheck.app.bundling import seldom
from envcheck.app.passwords import on_record
from envcheck.app.snapshots.contents import (
    Holdings,
    image_for,
    refuse_unstoppable,
    saved_services,
)
from envcheck.app.snapshots.file import Writer, open_snapshot, verify
from envcheck.core import events as ev
from envcheck.core.errors import EnvcheckError, Fix, SnapshotInvalid, StepFailed
from envcheck.core.figures import size
from envcheck.core.seeding import MARK, read_mark
from envcheck.core.snapshot import Index, SavedVolume, moment_text
from envcheck.core.spec import Label
from envcheck.engine.volume_data import ROOT
from envcheck.host.disk import disk_of
from envcheck.host.snapshot_files import new_file
from envcheck.run.executor import side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from envcheck.app.session import Session
    from envcheck.core.observed import SeenContainer, SeenVolume
    from envcheck.core.profile import Profile
    from envcheck.core.reference import Reference

    Again = Callable[[tuple[SeenContainer, ...]], None]
    """Starts containers again that were stopped."""

_PACKS_TO = 2
"""Data of databases packs to a third and less; half of it must fit on the disk."""


@dataclass(frozen=True)
class Source:
    """Of what a snapshot is taken.

    Attributes:
        held: the volumes, and who has them.
        profile: what they are of, where that is known.
        pins: the image that each service's data is of, by that profile.
        label: the profile's name.
    """

    held: Holdings
    label: str
    profile: Profile | None = None
    pins: Mapping[str, Reference] | None = None


@dataclass(frozen=True)
class Place:
    """Where it goes: its name, its file, and whether the folder for that is ours to make."""

    name: str
    path: Path
    ours: bool = True


def take(
    session: Session, source: Source, place: Place, again: Again, *, read_back: bool = True
) -> Index:
    """Take a snapshot.

    Args:
        session: this run, which holds the instance.
        source: of what.
        place: where it goes.
        again: starts what was stopped for it.
        read_back: whether what was written is read before it is relied on.

    Raises:
        EnvcheckError: it could not be taken; there is nothing at its place then.
    """
    refuse_unstoppable(source.held)
    refuse_full_disk(session, source.held, place.path)
    with new_file(place.path, own_folder=place.ours) as target:
        with stopped(session, source.held, again):
            index = _write(session, target, source, place.name)
        if read_back:  # while the services run again
            _read_back(session, target, index)
    return index


def _read_back(session: Session, target: BinaryIO, index: Index) -> None:
    try:
        verify(open_snapshot(target), teller(session, index.name, "comparing", index.size))
    except SnapshotInvalid as error:
        raise StepFailed(
            f"what was saved cannot be read back: {error.what}",
            id="snapshot.not-saved",
            fix=Fix("look at the engine's log and at the disks, and run this again"),
        ) from error


def refuse_full_disk(session: Session, held: Holdings, path: Path) -> None:
    """See that there is room for a snapshot.

    Raises:
        StepFailed: there is not.
    """
    sizes = session.engine().volume_sizes()
    whole = sum(sizes.get(volume.name, 0) for volume in held.volumes)
    folder = next(each for each in (path.parent, *path.parent.parents) if each.is_dir())
    disk = disk_of(str(folder))
    if disk is not None and disk.free < whole // _PACKS_TO:
        raise StepFailed(
            f"{folder} has {size(disk.free)} free, and a snapshot of {size(whole)} may take "
            f"{size(whole // _PACKS_TO)}",
            id="machine.disk-short",
            fix=Fix("make room there, or save the snapshot to another disk with -o FILE"),
        )


@contextmanager
def stopped(session: Session, held: Holdings, again: Again) -> Iterator[None]:
    """Have nobody write into the volumes during the context.

    Raises:
        StepFailed: somebody could not be stopped.
    """
    engine, running = session.engine(), held.running

    def stop(seen: SeenContainer) -> None:
        engine.stop_container(seen.id)
        session.emit(ev.Changed(ev.Change("stopped", "container", seen.name, "for a snapshot")))

    try:
        side_by_side(stop, running, abort=session.clock.stop)
        yield
    except BaseException:  # an interruption too: nobody is waited for then
        with suppress(EnvcheckError):
            start_again(session)(running)
        raise
    again(running)


def start_again(session: Session) -> Again:
    """Starts containers again, and waits for nothing."""

    def start(seen: tuple[SeenContainer, ...]) -> None:
        for one in seen:
            session.engine().start_container(one.id)
            session.emit(ev.Changed(ev.Change("started", "container", one.name)))

    return start


def _write(session: Session, target: BinaryIO, source: Source, name: str) -> Index:
    writer = Writer(target)
    volumes = tuple(_volume(session, writer, source.held, one) for one in source.held.volumes)
    index = Index(
        envcheck=__version__,
        created=moment_text(datetime.now(timezone.utc)),
        name=name,
        profile=source.label,
        instance=source.held.instance,
        machine=platform.node(),
        services=saved_services(source.held, source.profile, source.pins or {}),
        volumes=volumes,
        passwords=on_record(session, source.held.instance, {one.service for one in volumes}),
    )
    writer.close(index)
    return index


def _volume(session: Session, writer: Writer, held: Holdings, seen: SeenVolume) -> SavedVolume:
    engine, observed = session.engine(), session.engine().observe()
    image = image_for(held, seen, observed)
    if not image:
        raise StepFailed(
            f"volume {seen.name} can be read through a container only, and there is no image here",
            id="snapshot.no-image",
            fix=Fix("get any image, such as busybox; or give the data up with --no-snapshot"),
        )
    data = engine.volume_data
    with data.held(seen.name, image, look_labels(seen)) as holder:
        mark = read_mark(engine.read_file(holder, f"/{ROOT}/{MARK}"))
        known = SavedVolume(
            name=held.name_of(seen),
            service=seen.labels.get(Label.SERVICE, ""),
            seed=mark.seed if mark and Label.SEED in seen.labels else "",
            size=0,
            offset=0,
            packed=0,
            sha256="",
        )
        return writer.volume(known, data.read(holder), teller(session, seen.name, "saving", None))


def look_labels(seen: SeenVolume) -> dict[str, str]:
    """The labels of a container that is made to get at a volume: whoever finds it removes it."""
    names = (Label.PROFILE, Label.INSTANCE, Label.SERVICE, Label.ROOT, Label.VERSION)
    labels = {name: seen.labels[name] for name in names if name in seen.labels}
    return {**labels, Label.FINGERPRINT: "look:1"}


def teller(session: Session, name: str, phase: str, total: int | None) -> Callable[[int], None]:
    """Who tells how many bytes of a volume or file are done; not at each piece."""

    def tell(done: int) -> None:
        session.emit(ev.ImageProgress(name, phase, done, total))

    return seldom(tell)
