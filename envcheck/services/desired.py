"""From a profile to the specs of an instance: every default filled in, every name made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core.desired import Desired, DesiredService
from envcheck.core.order import in_order
from envcheck.core.profile import Port
from envcheck.core.secrets import secret_names
from envcheck.core.spec import (
    ContainerSpec,
    Label,
    Mount,
    NetworkSpec,
    PortBinding,
    VolumeSpec,
    container_name,
    data_volume_name,
    fingerprint,
    network_name,
    volume_name,
)
from envcheck.services.catalogue import KINDS
from envcheck.services.seed import seed_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from envcheck.core.events import ObjectKind, Source
    from envcheck.core.profile import Profile, Service
    from envcheck.core.reference import Reference
    from envcheck.core.seeding import FoundSeed, Seed
    from envcheck.core.spec import Owner


@dataclass(frozen=True)
class ImageChoice:
    """The image that a service really gets.

    Attributes:
        used: its name on the engine.
        pin: what the profile pins: the image, or for a build the image that it is based on.
        shown: what reports call it.
        source: where it came from.
        digest: of the image in its registry, or the image's id where it has none.
    """

    used: str
    pin: Reference | None
    shown: str
    source: Source = "local"
    digest: str = ""


def published_ports(service: Service) -> tuple[Port, ...]:
    """The ports that a service publishes: the profile's, or the kind's own one."""
    if service.ports is not None:
        return service.ports
    port = KINDS[service.kind].port
    return (Port(port, port),) if port else ()


NO_SEEDS: Mapping[str, FoundSeed] = {}


def desire(
    profile: Profile,
    owner: Owner,
    images: Mapping[str, ImageChoice],
    seeds: Mapping[str, FoundSeed] = NO_SEEDS,
) -> Desired:
    """The specs of every service of a profile, with the images and seed files found for them."""
    order = in_order({name: service.depends_on for name, service in profile.services.items()})
    services = {
        name: _service(profile.services[name], owner, images[name], seeds.get(name))
        for name in order
    }
    network = NetworkSpec(network_name(owner.instance), owner.labels())
    return Desired(owner, network, services)


def names_needed(profile: Profile, instance: str) -> Iterator[tuple[ObjectKind, str]]:
    """The names that an instance needs on the engine, as far as they are known without its images.

    What a kind's own volume is called is not, where the service is built: whether it has one
    depends on the image that the build starts from.
    """
    yield "network", network_name(instance)
    for service in profile.services.values():
        yield "container", container_name(instance, service.name)
        for mount in _mounts(service, instance, service.image):
            yield "volume", mount.volume


def _service(
    service: Service, owner: Owner, choice: ImageChoice, found: FoundSeed | None
) -> DesiredService:
    image = choice.used
    mounts = _mounts(service, owner.instance, choice.pin)
    data = _data(service, mounts, choice.pin)
    seed = seed_of(service, found, data)
    # Not the container's name: data that is copied to another instance must be found there too.
    hostname = service.name if KINDS[service.kind].host_in_data else ""
    ports, job = published_ports(service), KINDS[service.kind].job
    parts = {
        "image": image,
        "environment": dict(service.environment),
        "command": service.command,
        "ports": [(port.container, port.host, port.wish) for port in ports],
        "volumes": [(mount.volume, mount.target) for mount in mounts],
        # A service of an envcheck that knew of no guards is made anew, to get them. A job is not:
        # what it did it would do again.
        **({} if job else {"guards": ["no-new-privileges", service.pids_limit]}),
        # What an older envcheck did not know of may not make its containers look changed.
        **({"restart": service.restart} if service.restart != "no" else {}),
        **({"mem_limit": service.mem_limit} if service.mem_limit is not None else {}),
        **({"hostname": hostname} if hostname else {}),
    }
    container = ContainerSpec(
        name=container_name(owner.instance, service.name),
        service=service.name,
        image=image,
        network=network_name(owner.instance),
        environment=service.environment,
        ports=tuple(PortBinding(port.container, port.host) for port in ports),
        mounts=mounts,
        labels=owner.labels(service=service.name, fingerprint=_marks(parts)),
        command=service.command,
        secrets=secret_names(service.environment) | KINDS[service.kind].secrets,
        restart=service.restart,
        memory=service.mem_limit,
        hostname=hostname,
        # No part of the fingerprint: for this alone no container needs to be made anew.
        stop_signal=KINDS[service.kind].stop_signal,
        grace=KINDS[service.kind].grace,
        pids=service.pids_limit,
    )
    return DesiredService(
        name=service.name,
        container=container,
        volumes=tuple(_volume(mount, owner.labels(service=service.name), seed) for mount in mounts),
        depends_on=service.depends_on,
        ports=ports,
        job=job,
        data=data,
        seed=seed,
    )


def _volume(mount: Mount, labels: Mapping[str, str], seed: Seed | None) -> VolumeSpec:
    """A volume; one that is made empty for a seed says so for good."""
    seeded = seed is not None and mount.volume == seed.volume
    more = {Label.SEED: seed.fingerprint} if seed is not None and seeded else {}
    return VolumeSpec(mount.volume, {**labels, **more})


def _marks(parts: Mapping[str, object]) -> str:
    """A fingerprint of each part, so that a later run can name what changed."""
    return ",".join(f"{name}:{fingerprint({name: part})[:8]}" for name, part in parts.items())


def _data(service: Service, mounts: Sequence[Mount], pin: Reference | None) -> Mount | None:
    """The mount that holds the data of a service's kind, whoever has named its volume."""
    path = KINDS[service.kind].data_path(pin) if pin else None
    return next((mount for mount in mounts if mount.target == path), None)


def _mounts(service: Service, instance: str, pin: Reference | None) -> tuple[Mount, ...]:
    own = tuple(Mount(volume_name(instance, v.name), v.target) for v in service.volumes)
    mounted = {mount.target for mount in own}
    return (*(m for m in _of_kind(service, instance, pin) if m.target not in mounted), *own)


def _of_kind(service: Service, instance: str, pin: Reference | None) -> list[Mount]:
    kind = KINDS[service.kind]
    path = kind.data_path(pin) if pin else None
    if path is None:
        return []
    more = (
        Mount(volume_name(instance, f"{service.name}-{part}"), target)
        for part, target in kind.more_paths.items()
    )
    return [Mount(data_volume_name(instance, service.name), path), *more]
