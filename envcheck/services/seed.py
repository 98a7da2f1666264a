"""From the files of a seed to all that is needed to apply them: the kind's commands filled in."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from envcheck.core.profile import JOB_TIMEOUT
from envcheck.core.seeding import MARK, Seed, SeedFile
from envcheck.services.catalogue import KINDS

if TYPE_CHECKING:
    from envcheck.core.profile import Service
    from envcheck.core.seeding import FoundFile, FoundSeed
    from envcheck.core.spec import Mount
    from envcheck.services.kind import Seeder


def seed_of(service: Service, found: FoundSeed | None, data: Mount | None) -> Seed | None:
    """What a service's volume is filled with; None where it has no seed or keeps no data."""
    seeder = KINDS[service.kind].seeder
    if found is None or data is None or seeder is None:
        return None
    variables = service.environment
    return Seed(
        files=tuple(_file(seeder, service, file, at) for at, file in enumerate(found.files, 1)),
        fingerprint=found.fingerprint,
        volume=data.volume,
        mark=posixpath.join(data.target, MARK),
        ping=seeder.ping(variables),
        environment=seeder.environment(variables),
        secrets=seeder.secrets,
        # Filling takes time of its own: the limit for an answer is none for it.
        seconds=max(service.timeout, JOB_TIMEOUT),
    )


def _file(seeder: Seeder, service: Service, file: FoundFile, number: int) -> SeedFile:
    # A name of ours: the file's own might mean something to a client.
    inside = f"/tmp/envcheck-seed-{number}"  # noqa: S108 - in the container
    apply = seeder.restore if file.dump and seeder.restore else seeder.script
    command = apply(service.environment, inside)
    return SeedFile(file.name, file.path, file.packed, inside, command)
