"""From our container spec to the engine's configuration of a container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docker.types import EndpointConfig

from envcheck.core.spec import PIDS_LIMIT, Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.spec import ContainerSpec

_LOCALHOST = "127.0.0.1"
"""Published ports are bound to this machine alone."""


def guards(pids: int = PIDS_LIMIT) -> dict[str, Any]:
    """What every container of ours gets, whatever it runs, as arguments of ``create_host_config``.

    Its processes gain no rights by what they start (no setuid program makes root of them), and
    there are no more than ``pids`` of them.
    """
    return {"security_opt": ["no-new-privileges"], "pids_limit": pids}


def for_one_command(labels: Mapping[str, str], process: str) -> dict[str, str]:
    """The labels of a container that its maker removes: who that is, where it is known."""
    return {**labels, **({Label.PROCESS: process} if process else {})}


def container_config(api: Any, spec: ContainerSpec, process: str = "") -> dict[str, Any]:
    """The configuration for ``create_container_from_config``; ``api`` is the SDK's own client.

    ``process`` is our own process, by which what is no service's container is known.
    """
    host = api.create_host_config(
        port_bindings={f"{p.container}/tcp": (_LOCALHOST, p.host) for p in spec.ports},
        binds=[f"{mount.volume}:{mount.target}" for mount in spec.mounts],
        network_mode=spec.network,
        restart_policy={"Name": spec.restart} if spec.restart != "no" else None,
        mem_limit=spec.memory,
        # Without this the engine allows as much swap again, and the limit is none.
        memswap_limit=spec.memory,
        **guards(spec.pids),
    )
    labels = dict(spec.labels) if spec.service else for_one_command(spec.labels, process)
    config: dict[str, Any] = api.create_container_config(
        image=spec.image,
        hostname=spec.hostname or None,
        command=list(spec.command) if spec.command is not None else None,
        environment=dict(spec.environment),
        ports=[(port.container, "tcp") for port in spec.ports],
        labels=labels,
        host_config=host,
        networking_config=_networking(api, spec),
    )
    return config


def _networking(api: Any, spec: ContainerSpec) -> dict[str, Any] | None:
    """Services find each other by name on their own network; the default one knows none."""
    if not spec.service:
        return None
    alias = EndpointConfig(api._version, aliases=[spec.service])  # noqa: SLF001 - the SDK's own way
    config: dict[str, Any] = api.create_networking_config({spec.network: alias})
    return config
