"""The fixtures that pytest-docker has, on a profile's services; no Compose is needed."""

from __future__ import annotations

import time
import timeit
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from envcheck.run.readiness import LOCALHOST

if TYPE_CHECKING:
    from collections.abc import Callable

    from envcheck.api import Environment

if TYPE_CHECKING or find_spec("pytest_docker") is None:

    class _Services:
        """What pytest-docker's class of this name does, where that is not installed."""

        def __init__(self, compose: object) -> None:
            self._docker_compose = compose
            self._services: dict[str, dict[int, int]] = {}

        def wait_until_responsive(
            self,
            check: Callable[[], object],
            timeout: float,
            pause: float,
            clock: Callable[[], float] = timeit.default_timer,
        ) -> None:
            """Wait until a check says yes."""
            begun = clock()
            while clock() - begun < timeout:
                if check():
                    return
                time.sleep(pause)
            raise TimeoutError("Timeout reached while waiting on service!")

else:
    from pytest_docker.plugin import Services as _Services


class Services(_Services):
    """The services of an environment, as pytest-docker gives them."""

    def __init__(self, env: Environment) -> None:
        super().__init__(_NoCompose())
        self._services.update({name: dict(one.ports) for name, one in env.services.items()})

    def port_for(self, service: str, container_port: int) -> int:
        """The port on this machine that leads to a port of a service's container.

        Raises:
            ValueError: there is no such service, or it does not publish that port.
        """
        if service not in self._services:
            known = ", ".join(self._services)
            raise ValueError(f"there is no service {service} in the profile; there are: {known}")
        ports = self._services[service]
        if container_port not in ports:
            known = ", ".join(map(str, ports)) or "none"
            raise ValueError(f"{service} publishes no port {container_port}; it publishes: {known}")
        return ports[container_port]


class _NoCompose:
    """Stands where pytest-docker has its way to Compose."""

    def execute(self, subcommand: str, **_more: Any) -> NoReturn:
        text = f"`docker compose {subcommand}`: these services are envcheck's, there is no Compose"
        raise NotImplementedError(text)


@pytest.fixture(scope="session")
def docker_ip() -> str:
    """The address of the services' ports."""
    return LOCALHOST


@pytest.fixture(scope="session")
def docker_services(envcheck_env: Environment) -> Services:
    """The profile's services, up and verified ready."""
    return Services(envcheck_env)
