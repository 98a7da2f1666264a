"""What Compose has and a profile has not, and what to tell a user of Compose about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_OFFERED: Mapping[str, str] = {
    "privileged": "privileged mode",
    "network_mode": "the host's network",
    "pid": "the host's processes",
    "ipc": "the host's shared memory",
    "uts": "the host's name",
    "userns_mode": "the host's users",
    "cgroup": "the host's control groups",
    "cgroup_parent": "the host's control groups",
    "cap_add": "more capabilities",
    "devices": "the host's devices",
    "device_cgroup_rules": "the host's devices",
    "gpus": "the host's devices",
    "security_opt": "weaker security",
    "sysctls": "kernel parameters",
    "volumes_from": "the volumes of other containers",
    "runtime": "another container runtime",
}
"""Keys of a service that could take over the machine, and what each would give away."""

SERVICE_ADVICE: Mapping[str, str] = {
    "healthcheck": "use 'verify'",
    "container_name": "a container is named INSTANCE-SERVICE",
    "networks": "the services of a profile share one network",
    "links": "the services of a profile reach each other by name",
    "expose": "the services of a profile reach all of each other's ports",
    "env_file": "use 'environment', where ${VAR} is a variable of the caller",
    "entrypoint": "use 'command', or a Dockerfile and 'build'",
}
"""Other keys of a service, and what to write instead."""

PROFILE_ADVICE: Mapping[str, str] = {
    "version": "leave it out",
    "volumes": "volumes need no declaration: name them in a service",
    "networks": "the services of a profile share one network",
}
"""Top-level keys, and what to write instead."""
