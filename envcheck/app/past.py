"""What is known of an instance from before: the ledger's records, and the marks in its volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.past import Past
from envcheck.core.restoring import WHOLE, is_whole
from envcheck.core.seeding import MARK, read_mark
from envcheck.core.situation import changed_parts
from envcheck.core.spec import Label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envcheck.app.session import Session
    from envcheck.core.desired import Desired, DesiredService
    from envcheck.core.jobs import JobRecord
    from envcheck.core.observed import Observed
    from envcheck.core.seeding import Mark
    from envcheck.core.spec import Mount


def past_of(session: Session, desired: Desired, observed: Observed, *, look: bool) -> Past:
    """What is known of an instance.

    Args:
        session: has the engine and the ledger.
        desired: the instance as it should be.
        observed: the engine as it is.
        look: whether to look into volumes that no container has, by means of one that is made for
            that and removed at once. Otherwise what is in them stays unknown.
    """
    has_jobs = any(service.job for service in desired.services.values())
    jobs = session.ledger().jobs(desired.owner.instance) if has_jobs else {}
    return Past(
        jobs=jobs,
        succeeded=frozenset(_succeeded(session, jobs, observed)),
        marks=dict(_marks(session, desired, observed, look=look)),
        halves=frozenset(_halves(session, desired, observed, look=look)),
        ports=session.ledger().ports(desired.owner.instance),
        wishes=session.ledger().wishes(desired.owner.instance),
    )


def _succeeded(
    session: Session, jobs: Mapping[str, JobRecord], observed: Observed
) -> Iterator[str]:
    """The containers of unfinished jobs that have ended well all the same."""
    unfinished = {record.container for record in jobs.values() if not record.done}
    for seen in observed.containers:
        ended = seen.id in unfinished and seen.state == "exited"
        if ended and session.engine().inspect_container(seen.id).exit_code == 0:
            yield seen.id


def _marks(
    session: Session, desired: Desired, observed: Observed, *, look: bool
) -> Iterator[tuple[str, Mark | None]]:
    """The marks of the volumes that were made for a seed."""
    for service in desired.services.values():
        volume = observed.volume(service.data.volume) if service.data else None
        if service.data is None or volume is None or Label.SEED not in volume.labels:
            continue
        if look or _mounted_alike(service, observed):
            found = _look(session, desired, service, service.data, MARK, observed)
            yield volume.name, read_mark(found)


def _halves(session: Session, desired: Desired, observed: Observed, *, look: bool) -> Iterator[str]:
    """The volumes that were made to be filled from a snapshot, and were not filled to the end."""
    for service in desired.services.values():
        for mount in service.container.mounts:
            volume = observed.volume(mount.volume)
            if volume is None or Label.SNAPSHOT not in volume.labels:
                continue
            if not look and not _mounted_alike(service, observed):
                continue
            if not is_whole(volume, _look(session, desired, service, mount, WHOLE, observed)):
                yield volume.name


def _look(  # noqa: PLR0913, PLR0917 - a file in a volume of a service of an instance on an engine
    session: Session,
    desired: Desired,
    service: DesiredService,
    mount: Mount,
    file: str,
    observed: Observed,
) -> bytes | None:
    """A file in a volume, read through the service's container, or one that is made for that."""
    engine = session.engine()
    if _mounted_alike(service, observed):
        return engine.read_file(service.container.name, f"{mount.target.rstrip('/')}/{file}")
    labels = desired.owner.labels(service=service.name, fingerprint="look:1")
    return engine.read_in_volume(mount.volume, file, service.container.image, labels)


def _mounted_alike(service: DesiredService, observed: Observed) -> bool:
    """Whether the service's container has its volumes where they shall be."""
    seen = observed.container(service.container.name)
    wanted = service.container.labels[Label.FINGERPRINT]
    return seen is not None and "volumes" not in changed_parts(seen.fingerprint, wanted)
