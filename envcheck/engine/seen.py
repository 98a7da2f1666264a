"""From the engine's JSON to our values. Every key may be absent or null: engines differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from envcheck.core.observed import SeenContainer, SeenImage, SeenNetwork, SeenVolume
from envcheck.run.ports import ContainerState, ImageFacts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.doctor.facts import Kind

_NO_NAME = "<none>"
_SYSTEMS: tuple[tuple[str, Kind], ...] = (
    ("Docker Desktop", "docker-desktop"),
    ("Rancher Desktop", "rancher-desktop"),
    ("OrbStack", "orbstack"),
)
_NAMES: tuple[tuple[str, Kind], ...] = (("colima", "colima"), ("lima", "lima"))


def _text(data: Mapping[str, Any], key: str) -> str:
    return str(data.get(key) or "")


def container(data: Mapping[str, Any]) -> SeenContainer:
    """A container as the list of containers shows it."""
    names = [str(name).removeprefix("/") for name in data.get("Names") or ["?"]]
    networks = (data.get("NetworkSettings") or {}).get("Networks") or {}
    mounts = data.get("Mounts") or []
    ports = data.get("Ports") or []
    return SeenContainer(
        id=str(data["Id"]),
        # A legacy link adds the name that the other container has for it: OTHER/NAME.
        name=next((name for name in names if "/" not in name), names[0]),
        state=_text(data, "State"),
        image=_text(data, "Image"),
        image_id=_text(data, "ImageID"),
        labels=data.get("Labels") or {},
        ports={
            int(port["PrivatePort"]): int(port["PublicPort"])
            for port in ports
            if port.get("PublicPort") and port.get("Type") == "tcp"
        },
        volumes=tuple(m["Name"] for m in mounts if m.get("Type") == "volume" and m.get("Name")),
        networks={
            name: str((facts or {}).get("NetworkID") or "") for name, facts in networks.items()
        },
        created=float(data.get("Created") or 0),
    )


def volume(data: Mapping[str, Any]) -> SeenVolume:
    """A volume as the list of volumes shows it."""
    return SeenVolume(str(data["Name"]), data.get("Labels") or {})


def network(data: Mapping[str, Any]) -> SeenNetwork:
    """A network as the list of networks shows it."""
    return SeenNetwork(str(data["Id"]), str(data["Name"]), data.get("Labels") or {})


def image(data: Mapping[str, Any]) -> SeenImage:
    """An image as the list of images shows it."""
    tags = tuple(tag for tag in data.get("RepoTags") or () if _NO_NAME not in tag)
    digests = tuple(d for d in data.get("RepoDigests") or () if _NO_NAME not in d)
    return SeenImage(
        str(data["Id"]),
        tags,
        digests,
        data.get("Labels") or {},
        int(data.get("Size") or 0),
        float(data.get("Created") or 0),
    )


def container_state(data: Mapping[str, Any]) -> ContainerState:
    """A container's state from its inspection."""
    state = data.get("State") or {}
    bound = (data.get("NetworkSettings") or {}).get("Ports") or {}
    return ContainerState(
        id=str(data["Id"]),
        status=_text(state, "Status"),
        exit_code=int(state.get("ExitCode") or 0),
        oom_killed=bool(state.get("OOMKilled")),
        started_at=_text(state, "StartedAt"),
        restarts=int(data.get("RestartCount") or 0),
        error=_text(state, "Error"),
        image_id=_text(data, "Image"),
        ports=_bound(bound),
        health=_text(state.get("Health") or {}, "Status"),
        health_said=_last_said(state.get("Health") or {}),
        mounts={
            str(mount["Destination"]): _text(mount, "Name") if mount.get("Type") == "volume" else ""
            for mount in data.get("Mounts") or ()
        },
        finished_at=_text(state, "FinishedAt"),
    )


def _last_said(health: Mapping[str, Any]) -> str:
    log = health.get("Log") or []
    return _text(log[-1], "Output").strip() if log else ""


def _bound(ports: Mapping[str, Any]) -> dict[int, int]:
    found: dict[int, int] = {}
    for inside, hosts in ports.items():
        number, _, protocol = inside.partition("/")
        port = (hosts or [{}])[0].get("HostPort")
        if protocol == "tcp" and port:
            found[int(number)] = int(port)
    return found


def image_facts(data: Mapping[str, Any]) -> ImageFacts:
    """What an image says of itself, from its inspection."""
    config = data.get("Config") or {}
    digests = data.get("RepoDigests") or []
    digest = str(digests[0]).partition("@")[2] if digests else str(data["Id"])
    return ImageFacts(
        id=str(data["Id"]),
        digest=digest,
        labels=config.get("Labels") or {},
        volumes=tuple(config.get("Volumes") or ()),
        architecture=_text(data, "Architecture"),
    )


def engine_kind(info: Mapping[str, Any], version: Mapping[str, Any]) -> Kind:
    """Which product answers behind the API, since advice differs between them.

    Told as DDEV does (ddev/ddev, pkg/dockerutil/providers.go).
    """
    components = [str(c.get("Name", "")) for c in version.get("Components") or ()]
    if any(name.startswith("Podman Engine") for name in components):
        return "podman"
    system, name = str(info.get("OperatingSystem", "")), str(info.get("Name", ""))
    for beginning, kind in _SYSTEMS:
        if system.startswith(beginning):
            return kind
    for beginning, kind in _NAMES:
        if name.startswith(beginning):
            return kind
    options = info.get("SecurityOptions") or ()
    return "rootless" if "name=rootless" in options else "docker"


def reclaimable(data: Mapping[str, Any]) -> int:
    """Bytes that nothing uses, from ``/system/df``, in both of its shapes."""
    if "LayersSize" not in data and "ImageUsage" in data:
        kinds = ("ImageUsage", "VolumeUsage")
        return sum(int((data.get(kind) or {}).get("Reclaimable") or 0) for kind in kinds)
    images = sum(
        int(i.get("Size") or 0) - max(0, int(i.get("SharedSize") or 0))
        for i in data.get("Images") or ()
        if not i.get("Containers")
    )
    volumes = sum(
        max(0, int((v.get("UsageData") or {}).get("Size") or 0))
        for v in data.get("Volumes") or ()
        if not (v.get("UsageData") or {}).get("RefCount")
    )
    return images + volumes


def disk_use(data: Mapping[str, Any]) -> int:
    """Bytes in use, from ``/system/df``.

    Both shapes: from API 1.53 on the totals stand in ``*Usage`` (moby, api/docs/CHANGELOG.md).
    """
    if "LayersSize" not in data and "ImageUsage" in data:
        kinds = ("ImageUsage", "VolumeUsage", "ContainerUsage")
        return sum(int((data.get(kind) or {}).get("TotalSize") or 0) for kind in kinds)
    volumes = sum(
        max(0, int((v.get("UsageData") or {}).get("Size") or 0)) for v in data.get("Volumes") or ()
    )
    containers = sum(int(c.get("SizeRw") or 0) for c in data.get("Containers") or ())
    return int(data.get("LayersSize") or 0) + volumes + containers


def volume_sizes(data: Mapping[str, Any]) -> dict[str, int]:
    """Bytes of each volume, from ``/system/df``, in both of its shapes.

    -1 stands for what the engine cannot count: a volume of another driver.
    """
    usage = data.get("VolumeUsage") or data.get("VolumesUsage") or {}
    volumes = usage.get("Items") or data.get("Volumes") or ()
    sizes = {str(v["Name"]): int((v.get("UsageData") or {}).get("Size", -1)) for v in volumes}
    return {name: size for name, size in sizes.items() if size >= 0}
