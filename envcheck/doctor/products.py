"""The products that an engine comes in, and how each is started, set up and given more room.

One place for what differs between them; the catalogue's remedies are worded with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.doctor.facts import Kind
    from envcheck.doctor.symptom import Symptom


@dataclass(frozen=True)
class Product:
    """How to handle one product.

    Attributes:
        start: the commands that start it; ``restart`` those that start it afresh.
        log: the command that shows the engine's last lines.
        settings: where its configuration is changed.
        memory: how it is given more memory; ``disk`` likewise.
        inside: what stands before a command to run it on the machine that the containers run on.
            Nothing: that machine is this one. None: there is no simple way.
    """

    name: str
    start: tuple[str, ...]
    restart: tuple[str, ...]
    log: tuple[str, ...] = ()
    settings: str = "its settings"
    memory: str = ""
    disk: str = ""
    inside: str | None = None


_USER = "systemctl --user"
_FREE = "use a machine with more of it, or ask for less under `requires:` in the profile"

_FIXED: Mapping[Kind, Product] = {
    "rootless": Product(
        "rootless Docker",
        start=(f"{_USER} start docker",),
        restart=(f"{_USER} restart docker",),
        log=("journalctl --user -u docker -n 50",),
        settings="~/.config/docker/daemon.json",
        memory=_FREE,
        disk="move the engine's data to a larger file system (`data-root`)",
        inside="",
    ),
    "rancher-desktop": Product(
        "Rancher Desktop",
        start=("rdctl start",),
        restart=("rdctl shutdown", "rdctl start"),
        settings="Rancher Desktop's preferences",
        memory="raise it in Rancher Desktop: Preferences > Virtual Machine > Hardware",
        disk="remove what is not needed: its disk has a fixed size",
        inside="rdctl shell ",
    ),
    "orbstack": Product(
        "OrbStack",
        start=("orb start",),
        restart=("orb stop", "orb start"),
        settings="OrbStack's settings, page Docker",
        memory="raise it in OrbStack: Settings > System",
        disk="make room on the Mac's own disk, which OrbStack shares",
    ),
    "colima": Product(
        "Colima",
        start=("colima start",),
        restart=("colima restart",),
        settings="the `docker:` section that `colima start --edit` shows",
        memory="stop Colima and start it with more: `colima start --memory GIGABYTES`",
        disk="stop Colima and start it with a larger disk: `colima start --disk GIGABYTES`",
        inside="colima ssh -- ",
    ),
    "lima": Product(
        "Lima",
        start=("limactl start docker",),
        restart=("limactl stop docker", "limactl start docker"),
        settings="the instance's own /etc/docker/daemon.json",
        memory="stop the instance and raise `memory:` with `limactl edit docker`",
        disk="stop the instance and raise `disk:` with `limactl edit docker`",
        inside="limactl shell docker ",
    ),
}


def product(symptom: Symptom) -> Product:
    """The product that a symptom is about, with its commands for this machine."""
    kind = kind_of(symptom)
    match kind:
        case "docker-desktop":
            return _desktop(symptom)
        case "podman":
            return _podman(symptom)
        case "docker" | "":
            return _engine(symptom)
        case _:
            return _FIXED[kind]


# What an endpoint or a context says of its product, when the engine itself does not answer.
_MARKS: tuple[tuple[str, Kind], ...] = (
    ("colima", "colima"),
    ("orbstack", "orbstack"),
    ("rancher-desktop", "rancher-desktop"),
    ("/.rd/", "rancher-desktop"),
    ("podman", "podman"),
    ("/.lima/", "lima"),
    ("context lima", "lima"),
    ("desktop-linux", "docker-desktop"),
    ("/.docker/", "docker-desktop"),
    ("docker_engine", "docker-desktop"),
    ("/run/user/", "rootless"),
    ("context rootless", "rootless"),
)


def kind_of(symptom: Symptom) -> Kind:
    """The kind of engine: as it said itself, or as its address and this system let one guess."""
    host, engine = symptom.facts.host, symptom.facts.engine
    if engine.kind:
        return engine.kind
    where = f"{symptom.endpoint} {symptom.chosen_by}".casefold()
    for mark, kind in _MARKS:
        if mark in where:
            return kind
    if host.system in ("darwin", "windows") or (host.wsl and host.dockerd is False):
        return "docker-desktop"
    return "docker"


def as_root(symptom: Symptom, command: str) -> str:
    """The command as this user must type it to run it as root."""
    return command if symptom.facts.host.root else f"sudo {command}"


def _engine(symptom: Symptom) -> Product:
    host = symptom.facts.host
    systemd = host.systemd is not False
    start = "systemctl start docker" if systemd else "service docker start"
    restart = "systemctl restart docker" if systemd else "service docker restart"
    log = "journalctl -u docker -n 50" if systemd else "tail -n 50 /var/log/docker.log"
    return Product(
        "Docker Engine",
        start=host.start[:1] or (as_root(symptom, start),),
        restart=(as_root(symptom, restart),),
        log=(as_root(symptom, log),),
        settings="/etc/docker/daemon.json",
        memory=_FREE,
        disk="move the engine's data to a larger file system (`data-root` in daemon.json)",
        inside="",
    )


def _desktop(symptom: Symptom) -> Product:
    host = symptom.facts.host
    start: tuple[str, ...] = ()  # from the Start menu: no command works in every release
    restart: tuple[str, ...] = ()
    memory = "raise it in Docker Desktop: Settings > Resources > Memory"
    inside = None
    if host.system == "darwin":
        start = ("open -a Docker",)
        restart = ("osascript -e 'quit app \"Docker\"'", "open -a Docker")
    elif host.system == "windows" or host.wsl:
        memory = "raise `memory=` in %UserProfile%\\.wslconfig, then run `wsl.exe --shutdown`"
        inside = "wsl.exe -d docker-desktop "
    elif host.system == "linux":
        start = (f"{_USER} start docker-desktop",)
        restart = (f"{_USER} restart docker-desktop",)
    return Product(
        "Docker Desktop",
        start=start,
        restart=restart,
        settings="Docker Desktop: Settings > Docker Engine",
        memory=memory,
        disk="enlarge it in Docker Desktop: Settings > Resources > Disk usage limit",
        inside=inside,
    )


def _podman(symptom: Symptom) -> Product:
    host = symptom.facts.host
    if host.system in ("darwin", "windows"):
        return Product(
            "Podman",
            start=("podman machine start",),
            restart=("podman machine stop", "podman machine start"),
            settings="the machine's own /etc/containers/registries.conf",
            memory="stop the machine, then `podman machine set --memory MEGABYTES`",
            disk="stop the machine, then `podman machine set --disk-size GIGABYTES`",
            inside="podman machine ssh ",
        )
    service = "systemctl" if host.root else _USER
    return Product(
        "Podman",
        start=(f"{service} start podman.socket",),
        restart=(f"{service} restart podman.socket",),
        settings="/etc/containers/registries.conf",
        memory=_FREE,
        disk="move its storage to a larger file system (storage.conf)",
        inside="",
    )
