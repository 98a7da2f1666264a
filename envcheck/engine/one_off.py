"""Containers for one command: created, run to their end, and removed whatever happens.

The SDK's ``containers.run`` leaves the container behind when its start fails.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from envcheck.engine.container_config import for_one_command, guards
from envcheck.engine.failures import ours
from envcheck.run.ports import Ran

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from envcheck.core.spec import Mount

_SECONDS = 120


@dataclass(frozen=True)
class Place:
    """Where a command runs.

    Attributes:
        mounts: the volumes that it sees; with them it gets no network unless one is named: it is
            there for the data, and starts faster.
        network: the network that it is on; nothing for the engine's default one.
        plain: whether the image's own entrypoint is passed over.
    """

    mounts: tuple[Mount, ...] = ()
    network: str = ""
    plain: bool = False


ANYWHERE = Place()


class OneOff:
    """Runs commands in containers of their own.

    Args:
        api: the SDK's low-level client.
        remove: removes a container by its id, and does not mind if it is gone.
        process: our own process, by which the containers are known should it be killed.
    """

    def __init__(self, api: Any, remove: Callable[[str], None], process: str = "") -> None:
        self._api = api
        self._remove = remove
        self._process = process

    def run(
        self,
        image: str,
        labels: Mapping[str, str],
        command: Sequence[str] | None = None,
        place: Place = ANYWHERE,
    ) -> Ran:
        """Create a container, run it to its end, and remove it, whatever happens.

        Raises:
            StepFailed: one of these could not be done, or it did not end within two minutes.
        """
        begun = time.monotonic()
        name = self._create(image, labels, command, place)
        created = time.monotonic()
        try:
            code = self._run_to_end(name)
            ended = time.monotonic()
            output = self._output(name)
            read = time.monotonic()
        finally:
            self._remove(name)
        seconds = {
            "create": created - begun,
            "run": ended - created,
            "output": read - ended,
            "remove": time.monotonic() - read,
        }
        return Ran(code, output, seconds)

    @ours("creating a container of", "create")
    def _create(
        self,
        image: str,
        labels: Mapping[str, str],
        command: Sequence[str] | None,
        place: Place,
    ) -> str:
        binds = [f"{mount.volume}:{mount.target}" for mount in place.mounts]
        network = place.network or ("none" if binds else None)
        words = list(command) if command else None
        made = self._api.create_container(
            image,
            # An entrypoint that is given drops the image's own command too.
            **({"entrypoint": words} if place.plain else {"command": words}),
            labels=for_one_command(labels, self._process),
            host_config=self._api.create_host_config(binds=binds, network_mode=network, **guards()),
        )
        return str(made["Id"])

    @ours("running container", "start")
    def _run_to_end(self, name: str) -> int:
        self._api.start(name)
        return int(self._api.wait(name, timeout=_SECONDS)["StatusCode"])

    @ours("reading the output of")
    def _output(self, name: str) -> str:
        raw: bytes = self._api.logs(name, stdout=True, stderr=True)
        return raw.decode("utf-8", "replace")
