"""From our container spec to the engine's configuration of a container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docker.types import EndpointConfig

if TYPE_CHECKING:
    from envcheck.core.spec import ContainerSpec

_LOCALHOST = "127.0.0.1"
"""Published ports are bound to this machine alone."""


def container_config(api: Any, spec: ContainerSpec) -> dict[str, Any]:
    """The configuration for ``create_container_from_config``; ``api`` is the SDK's own client."""
    host = api.create_host_config(
        port_bindings={f"{p.container}/tcp": (_LOCALHOST, p.host) for p in spec.ports},
        binds=[f"{mount.volume}:{mount.target}" for mount in spec.mounts],
        network_mode=spec.network,
        restart_policy={"Name": spec.restart} if spec.restart != "no" else None,
        mem_limit=spec.memory,
        # Without this the engine allows as much swap again, and the limit is none.
        memswap_limit=spec.memory,
    )
    config: dict[str, Any] = api.create_container_config(
        image=spec.image,
        hostname=spec.hostname or None,
        command=list(spec.command) if spec.command is not None else None,
        environment=dict(spec.environment),
        ports=[(port.container, "tcp") for port in spec.ports],
        labels=dict(spec.labels),
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
