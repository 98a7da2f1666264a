"""A Docker engine of one's own: data, sockets, processes and network apart from all others.

The engine has a mount and a process id namespace of its own, so that its containers, their mounts
and all that it started end with it, whatever way it ends. (Process ids that it tells, such as a
container's, are therefore not the machine's.) The file system is the machine's: the socket can be
reached from anywhere, but a published port only from within the engine's network namespace.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from . import cgroups, engine_api, network
from .current import install_current
from .daemons import daemon
from .leases import lease
from .packages import ensure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .leases import Lease

Which = Literal["distribution", "current"]

__all__ = ["Engine", "Which", "install_current", "start"]

START_SECONDS = 60.0
SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
# Folders that every engine uses whatever it is told: sockets of its shims, its key, its plugins.
SHARED = "/run/containerd /etc/docker /opt/containerd"
PRIVATE = (
    f"for place in {SHARED}; do"
    ' mkdir -p "$place" && mount -t tmpfs -o mode=0755 tmpfs "$place" || exit 125;'
    ' done; exec "$@"'
)


# An engine that ends is started again, as a service manager does it.
AGAIN = 'while :; do "$@"; done'


@dataclass(frozen=True)
class Engine:
    """A running engine.

    Attributes:
        socket: its API socket.
        docker_host: the same, as a value of DOCKER_HOST.
        version: such as ``28.5.2``.
        netns: the name of the network namespace it publishes ports in.
        pid: the process id of its dockerd on this machine; with it, all else of it ends, unless it
            is one that is started again.
        log: what its dockerd says; gone when the context ends.
        tools: the folder of the client programs that came with it; the machine's own if None.
    """

    socket: Path
    docker_host: str
    version: str
    netns: str
    pid: int
    log: Path
    tools: Path | None

    def command(self, argv: Sequence[str]) -> list[str]:
        """The command that runs ``argv`` where the engine's published ports are on 127.0.0.1."""
        return network.Namespace(self.netns).command(list(argv))

    def environment(self) -> dict[str, str]:
        """Our environment with DOCKER_HOST set, and the engine's own clients first on PATH."""
        path = os.environ.get("PATH", SYSTEM_PATH)
        if self.tools:
            path = f"{self.tools}:{path}"
        ours = {key: value for key, value in os.environ.items() if key != "DOCKER_CONTEXT"}
        return {**ours, "DOCKER_HOST": self.docker_host, "PATH": path}


@contextmanager
def start(
    which: Which,
    root: Path,
    *,
    netns: str | None = None,
    extra_args: Sequence[str] = (),
    again: bool = False,
) -> Iterator[Engine]:
    """Run an engine until the context ends; it and all that it made are gone then.

    Args:
        which: Debian's own engine, or a current one.
        root: where its data goes, in a folder that is removed again; made if missing.
        netns: a namespace of ``network.namespace()`` to run in; one of its own when left out.
        extra_args: more arguments for dockerd, such as ``--registry-mirror``.
        again: whether it is started again, on the same data, whenever its dockerd ends.

    Raises:
        LabError: it cannot be installed or did not start, or something could not be removed.
    """
    tree = _install(which)
    with ExitStack() as stack:
        claimed = stack.enter_context(lease(root))
        space = network.Namespace(netns) if netns else network.make(claimed.name)
        path = f"{tree}/usr/sbin:{tree}/usr/bin:{SYSTEM_PATH}" if tree else SYSTEM_PATH
        argv = [*_dockerd(claimed), *extra_args]
        repeated = ["sh", "-c", AGAIN, "lab", *argv] if again else argv
        argv = space.command(_isolated(repeated))
        server = stack.enter_context(daemon(claimed, argv, {**os.environ, "PATH": path}))
        socket = claimed.runtime / "docker.sock"
        server.wait_ready(lambda: engine_api.answers(socket), f"the {which} engine", START_SECONDS)
        yield Engine(
            socket=socket,
            docker_host=f"unix://{socket}",
            version=engine_api.version(socket),
            netns=space.name,
            pid=cgroups.process(claimed.name, "dockerd"),
            log=server.log,
            tools=tree / "usr/bin" if tree else None,
        )


def _install(which: Which) -> Path | None:
    """Install the engine; returns the folder it is unpacked in unless it is the machine's own."""
    if which == "current":
        return install_current()
    ensure("docker.io", "iptables", "tini")
    return None


def _isolated(argv: list[str]) -> list[str]:
    """The command in namespaces of its own; killing the one process that we start ends them all.

    tini stands first in them, to put away the shims that end: dockerd would not.
    """
    apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    return [*apart, "sh", "-c", PRIVATE, "lab", "tini", "--", *argv]


def _dockerd(claimed: Lease) -> list[str]:
    """The dockerd command line; sockets go to the runtime folder, as their paths must be short."""
    config = claimed.runtime / "daemon.json"
    config.write_text("{}")
    return [
        "dockerd",
        f"--config-file={config}",  # or it would read the machine's
        f"--data-root={claimed.home / 'data'}",
        f"--exec-root={claimed.runtime / 'exec'}",
        f"--pidfile={claimed.runtime / 'docker.pid'}",
        f"--host=unix://{claimed.runtime / 'docker.sock'}",
        # No systemd is asked for a scope, and all groups bear the lease's name.
        "--exec-opt=native.cgroupdriver=cgroupfs",
        f"--cgroup-parent=/{claimed.name}/containers",
    ]
