"""Putting a snapshot into volumes: all of it is compared first, then each volume is made anew.

Docker cannot rename a volume, so the new one has the old one's name, and the old one goes first.
What is half done is known by a mark (`core.restoring`); what went has been saved before.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envcheck.app.snapshots.contents import RUNS
from envcheck.app.snapshots.file import pieces
from envcheck.app.snapshots.taking import look_labels, teller
from envcheck.core import events as ev
from envcheck.core.deeds import Deed
from envcheck.core.errors import Fix, ObjectConflict, StepFailed, UsageError
from envcheck.core.figures import size
from envcheck.core.observed import SeenVolume, owned
from envcheck.core.plan import (
    CreateVolume,
    Plan,
    PlanBuilder,
    RemoveContainer,
    RemoveVolume,
    Step,
    StopContainer,
)
from envcheck.core.reference import parse_reference
from envcheck.core.restoring import WHOLE, other_major, restored_label
from envcheck.core.spec import Label, VolumeSpec, volume_name
from envcheck.engine.volume_data import ROOT
from envcheck.host.disk import disk_of
from envcheck.run.executor import execute
from envcheck.run.lookout import Lookout
from envcheck.run.perform import Performer
from envcheck.run.ports import Content

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from envcheck.app.session import Session
    from envcheck.app.snapshots.file import Snapshot
    from envcheck.core.desired import Desired, DesiredService
    from envcheck.core.observed import Observed, SeenContainer
    from envcheck.core.profile import Profile
    from envcheck.core.reference import Reference
    from envcheck.core.snapshot import Index, SavedVolume

_CAUSE = "its data comes from a snapshot"


@dataclass(frozen=True)
class Goal:
    """A volume that is to be filled: what is put into it, for which service, as what."""

    saved: SavedVolume
    service: DesiredService
    spec: VolumeSpec


def goals(index: Index, profile: Profile, desired: Desired) -> tuple[Goal, ...]:
    """Where each volume of a snapshot goes.

    Raises:
        UsageError: the profile has no such volume.
    """
    specs = {
        volume.name: (service, volume)
        for service in desired.services.values()
        for volume in service.volumes
    }
    found = []
    for saved in index.volumes:
        name = volume_name(desired.owner.instance, saved.name)
        if name not in specs:
            raise UsageError(
                f"the snapshot holds a volume '{saved.name}', and the profile {profile.name} "
                "has none of that name",
                id="snapshot.other-profile",
                fix=Fix(f"restore it with the profile that it was taken of: {index.profile}"),
            )
        service, spec = specs[name]
        found.append(Goal(saved, service, spec))
    return tuple(found)


def refuse_other_version(index: Index, profile: Profile, pins: Mapping[str, Reference]) -> None:
    """See that each database can read what another one wrote.

    Raises:
        UsageError: one is of another major version, or of another kind.
    """
    for saved in index.services:
        service, pin = profile.services.get(saved.name), pins.get(saved.name)
        if service is None:
            continue
        if saved.kind and saved.kind != service.kind:
            said = f"of kind {saved.kind}, and the profile's {saved.name} is of {service.kind}"
            raise _unreadable(index, saved.name, said, "")
        version = _version(saved.image)
        if pin is not None and other_major(service.kind, version, pin.version):
            said = f"written by {saved.image}, and the profile pins {pin}"
            raise _unreadable(index, saved.name, said, saved.image)


def _version(image: str) -> str:
    try:
        return parse_reference(image).version
    except ValueError:
        return ""


def _unreadable(index: Index, service: str, said: str, image: str) -> UsageError:
    pin = f"restore it with `image: {image}` for {service}" if image else "use its own profile"
    return UsageError(
        f"the data of {service} in snapshot '{index.name}' was {said}",
        id="snapshot.other-version",
        fix=Fix(
            f"{pin}; to move the data on, dump it there with the database's own tools, and give "
            "the dump to the new version as `seed:`"
        ),
    )


def refuse_full_disk(session: Session, goals: Iterable[Goal]) -> None:
    """See that there is room for the volumes where the engine keeps its data.

    Raises:
        StepFailed: there is not.
    """
    folder = str(session.engine().info().get("DockerRootDir") or "")
    disk = disk_of(folder)
    needed = sum(goal.saved.size for goal in goals)
    if disk is not None and disk.free < needed:
        raise StepFailed(
            f"{folder} has {size(disk.free)} free, and restoring takes {size(needed)}",
            id="machine.disk-short",
            fix=Fix("make room where Docker keeps its data", ("docker system df",)),
        )


def refuse_foreign_users(instance: str, volumes: Iterable[str], observed: Observed) -> None:
    """See that the volumes can be taken away.

    Raises:
        ObjectConflict: one, or a container that has one, is not ours.
    """
    wanted = {*volumes}
    for name in wanted:
        seen = observed.volume(name)
        if seen is not None and not owned(seen.labels, instance):
            raise ObjectConflict(
                f"there is a volume named '{name}' already, and it is not ours",
                id="docker.name-taken",
                fix=Fix("look at it and remove it yourself", (f"docker volume inspect {name}",)),
            )
    for container in observed.containers:
        if container.instance != instance and wanted & {*container.volumes}:
            raise ObjectConflict(
                f"container {container.name}, which is not ours, has a volume of {instance}",
                id="snapshot.foreign-container",
                fix=Fix("remove it, and run this again", (f"docker rm {container.name}",)),
            )


def users_of(instance: str, volumes: Iterable[str], observed: Observed) -> Iterator[SeenContainer]:
    """The instance's containers that have any of the volumes."""
    wanted = {*volumes}
    return (c for c in observed.of_instance(instance) if wanted & {*c.volumes})


def take_away(
    session: Session, instance: str, volumes: Iterable[str], cause: str, *, graceful: bool
) -> None:
    """Remove volumes with the containers that have them; what is saved by now is not needed there.

    Raises:
        EnvcheckError: one could not be removed.
    """
    observed = session.engine().observe()
    _carry_out(session, teardown_of(instance, tuple(volumes), observed, cause, graceful=graceful))


def teardown_of(
    instance: str, wanted: Sequence[str], observed: Observed, cause: str, *, graceful: bool
) -> Plan:
    """The plan that removes volumes of an instance with the containers that have them."""
    build = PlanBuilder()
    for seen in users_of(instance, wanted, observed):
        if graceful and seen.state in RUNS:
            build.add(StopContainer(seen.name, seen.service), cause, key=("stop", seen.id))
        gone = RemoveContainer(seen.id, seen.name, seen.service)
        build.add(gone, cause, key=("remove", seen.id), after=(("stop", seen.id),))
    containers = tuple(("remove", c.id) for c in users_of(instance, wanted, observed))
    for name in wanted:
        if observed.volume(name) is not None:
            build.add(RemoveVolume(name), cause, key=("volume", name), after=containers)
    return build.plan()


def _carry_out(session: Session, plan: Plan) -> None:
    perform = Performer(session.engine(), Lookout(session.clock), session.emit, {})
    outcomes = execute(plan, session.recording(perform), abort=session.clock.stop)
    for outcome in outcomes:
        if outcome.error is not None:
            raise outcome.error


def fill(
    session: Session, snapshot: Snapshot, goals: Iterable[Goal], *, seeded: bool = False
) -> None:
    """Make the volumes, and put the snapshot into them; none of them may be there.

    Args:
        session: this run, which holds the instance.
        snapshot: verified.
        goals: the volumes.
        seeded: whether it holds nothing but what a seed makes again.

    Raises:
        EnvcheckError: one could not be made or filled; it is known as half of one then.
    """
    for goal in goals:
        label = restored_label(snapshot.index.name, seeded=seeded)
        spec = _with_labels(goal, label)
        act = CreateVolume(spec)
        with _recorded(session, Deed("fill", "volume", spec.name)):
            _carry_out(session, Plan((Step(1, act, _CAUSE),)))
            _fill(session, snapshot, goal, label)
        done = ev.Change("restored", "volume", spec.name, size=goal.saved.size)
        session.emit(ev.Changed(done))


@contextmanager
def _recorded(session: Session, deed: Deed) -> Iterator[None]:
    if session.journal is None:
        yield
        return
    with session.journal.doing(deed):
        yield


def _with_labels(goal: Goal, label: str) -> VolumeSpec:
    """It was made for a seed only where one was applied to what it will hold."""
    labels = {name: text for name, text in goal.spec.labels.items() if name != Label.SEED}
    seed = {Label.SEED: goal.saved.seed} if goal.saved.seed else {}
    return replace(goal.spec, labels={**labels, **seed, Label.SNAPSHOT: label})


def _fill(session: Session, snapshot: Snapshot, goal: Goal, label: str) -> None:
    engine, name = session.engine(), goal.spec.name
    image = goal.service.container.image
    labels = look_labels(SeenVolume(name, goal.spec.labels))
    data = engine.volume_data
    tell = teller(session, name, "restoring", goal.saved.size)
    with data.held(name, image, labels, writable=True) as holder:
        data.fill(holder, pieces(snapshot, goal.saved, tell))
        text = label.encode() + b"\n"
        engine.put_file(holder, f"/{ROOT}/{WHOLE}", Content(len(text), lambda: iter([text])))
