"""Containers for one command: created, run to their end, and removed whatever happens.

The SDK's ``containers.run`` leaves the container behind when its start fails.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from envcheck.engine.failures import ours
from envcheck.run.ports import Ran

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from envcheck.core.spec import Mount

_SECONDS = 120


class OneOff:
    """Runs commands in containers of their own.

    Args:
        api: the SDK's low-level client.
        remove: removes a container by its id, and does not mind if it is gone.
    """

    def __init__(self, api: Any, remove: Callable[[str], None]) -> None:
        self._api = api
        self._remove = remove

    def run(
        self,
        image: str,
        labels: Mapping[str, str],
        command: Sequence[str] | None = None,
        *,
        mounts: Sequence[Mount] = (),
    ) -> Ran:
        """Create a container, run it to its end, and remove it, whatever happens.

        One that is given volumes gets no network: it is there for the data, and starts faster.

        Raises:
            StepFailed: one of these could not be done, or it did not end within two minutes.
        """
        begun = time.monotonic()
        name = self._create(image, labels, command, mounts)
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
        mounts: Sequence[Mount],
    ) -> str:
        binds = [f"{mount.volume}:{mount.target}" for mount in mounts]
        made = self._api.create_container(
            image,
            command=list(command) if command else None,
            labels=dict(labels),
            host_config=self._api.create_host_config(
                binds=binds, network_mode="none" if binds else None
            ),
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
