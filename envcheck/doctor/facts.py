"""What is known of a machine, its Docker client and its engine, as values.

Gathered elsewhere (the host and engine rooms); nothing is read here. Every field has a default that
means "not known": None, or nothing. A judgement must never take "not known" for "no".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

System = Literal["", "linux", "darwin", "windows"]
Kind = Literal[
    "",
    "docker",
    "rootless",
    "docker-desktop",
    "rancher-desktop",
    "orbstack",
    "colima",
    "lima",
    "podman",
]
SocketState = Literal["answers", "refused", "absent", "forbidden", "broken"]
"""``broken``: a name that leads nowhere, such as the link that a removed product left behind."""


@dataclass(frozen=True)
class SeenSocket:
    """A place where engines are known to listen, and how it was found."""

    path: str
    state: SocketState


@dataclass(frozen=True)
class HostFacts:
    """The machine that we run on.

    Attributes:
        system: the operating system; WSL2 is ``linux`` with ``wsl`` set.
        systemd: whether it was booted with systemd.
        root: whether we run as root.
        sudo_user: who called sudo, where that is how we became root.
        socket_group: the group that may use the engine's socket.
        in_socket_group: whether the user is in that group by name.
        group_in_session: whether this session has the group, which it took when it began.
        dockerd: whether an engine is installed.
        cli: where the docker command is; empty where there is none.
        install: the commands that install an engine here, empty where we know none.
        start: the ways to start an installed one, best first.
        memory: in bytes, as all sizes here.
        https_proxy: what HTTPS_PROXY says.
    """

    system: System = ""
    wsl: bool | None = None
    systemd: bool | None = None
    user: str = ""
    root: bool | None = None
    sudo_user: str = ""
    socket_group: str = ""
    in_socket_group: bool | None = None
    group_in_session: bool | None = None
    dockerd: bool | None = None
    cli: str | None = None
    compose: bool | None = None
    buildx: bool | None = None
    install: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    sockets: tuple[SeenSocket, ...] = ()
    inotify_watches: int | None = None
    inotify_instances: int | None = None
    max_map_count: int | None = None
    memory: int | None = None
    https_proxy: str = ""

    @property
    def answering(self) -> tuple[str, ...]:
        """The sockets at which an engine answers."""
        return tuple(seen.path for seen in self.sockets if seen.state == "answers")


@dataclass(frozen=True)
class ClientFacts:
    """What chooses an engine, and how it is talked to: variables and ~/.docker.

    Attributes:
        docker_host: the value of DOCKER_HOST.
        docker_host_from: where that came from (``the environment``, ``.env``, …).
        context: the context that is in force; ``context_host`` is the address in it.
        context_known: whether there is such a context.
        config_file: the configuration file, as a person would write its path.
        config_error: why that file cannot be read.
        missing_helpers: credential helpers that it names and that are not on PATH.
        missing_certificates: files that DOCKER_TLS_VERIFY asks for and that are not there.
        api_version: the value of DOCKER_API_VERSION.
    """

    docker_host: str = ""
    docker_host_from: str = ""
    context: str = ""
    context_host: str = ""
    context_known: bool | None = None
    config_file: str = ""
    config_error: str = ""
    missing_helpers: tuple[str, ...] = ()
    tls_verify: bool | None = None
    missing_certificates: tuple[str, ...] = ()
    api_version: str = ""


@dataclass(frozen=True)
class EngineFacts:
    """The engine, from its own answers; sizes in bytes.

    Attributes:
        platform: what the product calls itself, such as ``Docker Desktop 4.34.0 (165256)``.
        clock_skew: seconds that the engine's clock is ahead of ours; negative where it is behind.
        address_pools: networks that can still be created from the address pools.
        max_map_count: of the kernel that the containers run on.
    """

    kind: Kind = ""
    version: str = ""
    api: str = ""
    min_api: str = ""
    platform: str = ""
    os_type: str = ""
    architecture: str = ""
    warnings: tuple[str, ...] = ()
    security_options: tuple[str, ...] = ()
    cgroup_version: str = ""
    ipv4_forwarding: bool | None = None
    root_dir: str = ""
    memory: int | None = None
    disk_free: int | None = None
    disk_total: int | None = None
    reclaimable: int | None = None
    clock_skew: float | None = None
    mirrors: tuple[str, ...] = ()
    http_proxy: str | None = None
    https_proxy: str | None = None
    address_pools: int | None = None
    max_map_count: int | None = None


@dataclass(frozen=True)
class SeenImage:
    """An image that a profile uses and the engine has, and what processor it is for."""

    reference: str
    architecture: str


@dataclass(frozen=True)
class Needs:
    """What a profile and its services ask of the machine; None and nothing mean no wish.

    Attributes:
        docker: a version specifier such as ``>=20.10``.
        binds: whether a folder of the host is mounted.
    """

    docker: str = ""
    disk: int | None = None
    memory: int | None = None
    compose: bool = False
    buildx: bool = False
    binds: bool = False
    inotify_watches: int | None = None
    inotify_instances: int | None = None
    max_map_count: int | None = None
    images: tuple[SeenImage, ...] = ()


@dataclass(frozen=True)
class Facts:
    """All that is known when a failure is judged."""

    host: HostFacts = field(default_factory=HostFacts)
    client: ClientFacts = field(default_factory=ClientFacts)
    engine: EngineFacts = field(default_factory=EngineFacts)
    needs: Needs = field(default_factory=Needs)
