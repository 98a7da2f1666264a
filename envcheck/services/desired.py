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

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.events import Source
    from envcheck.core.profile import Profile, Service
    from envcheck.core.reference import Reference
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


def desire(profile: Profile, owner: Owner, images: Mapping[str, ImageChoice]) -> Desired:
    """The specs of every service of a profile, with the images that were found for them."""
    order = in_order({name: service.depends_on for name, service in profile.services.items()})
    services = {
        name: _service(profile.services[name], owner, images[name].used, images[name].pin)
        for name in order
    }
    network = NetworkSpec(network_name(owner.instance), owner.labels())
    return Desired(owner, network, services)


def _service(service: Service, owner: Owner, image: str, pin: Reference | None) -> DesiredService:
    mounts = _mounts(service, owner.instance, pin)
    ports = published_ports(service)
    parts = {
        "image": image,
        "environment": dict(service.environment),
        "command": service.command,
        "ports": [(port.container, port.host, port.wish) for port in ports],
        "volumes": [(mount.volume, mount.target) for mount in mounts],
        # What an older envcheck did not know of may not make its containers look changed.
        **({"restart": service.restart} if service.restart != "no" else {}),
        **({"mem_limit": service.mem_limit} if service.mem_limit is not None else {}),
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
    )
    labels = owner.labels(service=service.name)
    volumes = tuple(VolumeSpec(mount.volume, labels) for mount in mounts)
    return DesiredService(service.name, container, volumes, service.depends_on, ports)


def _marks(parts: Mapping[str, object]) -> str:
    """A fingerprint of each part, so that a later run can name what changed."""
    return ",".join(f"{name}:{fingerprint({name: part})[:8]}" for name, part in parts.items())


def _mounts(service: Service, instance: str, pin: Reference | None) -> tuple[Mount, ...]:
    own = tuple(Mount(volume_name(instance, v.name), v.target) for v in service.volumes)
    path = KINDS[service.kind].data_path(pin) if pin else None
    if path is None or any(mount.target == path for mount in own):
        return own
    return (Mount(data_volume_name(instance, service.name), path), *own)
