"""Containers that cannot run what they should, die, or never get ready."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from tests.engine.conftest import INSTANCE, Docker
from tests.engine.faults import scrap
from tests.engine.faults.conftest import HERE, write
from tests.engine.faults.met import Met, judged, meets
from tests.lab.shell import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.cli import Cli, Ran

pytestmark = pytest.mark.engine
UP = ("up", "lab", "--instance", HERE)
NAME = f"{HERE}-thing"
NEVER = [{"exec": "false"}]
# Waits for the file /go, and does something then.
WHEN_TOLD = "until [ -e /go ]; do sleep 0.05; done; exec {}"


def run(cli: Cli, image: str, command: list[str], **more: object) -> None:
    write(cli.folder, {"thing": {"image": image, "command": command, "timeout": 30, **more}})


def works(cli: Cli, image: str, met: Met) -> None:
    """With a command that works, it does."""
    run(cli, image, ["sleep", "60"])
    met.by_advice()


@pytest.mark.parametrize(
    ("fault", "code", "command"),
    [
        ("service.exited", 1, ["sh", "-c", "echo no such luck; exit 3"]),
        ("service.command-not-found", 4, ["no-such-program"]),
        ("service.command-not-found", 1, ["sh", "-c", "no-such-program"]),
        ("service.command-not-executable", 4, ["/readable"]),
        ("service.wrong-architecture", 1, ["/foreign"]),
        ("service.interpreter-missing", 1, ["/windows.sh"]),
    ],
)
def test_a_command_that_cannot_go_on(
    here: Cli, box: str, fault: str, code: int, command: list[str]
) -> None:
    """What the engine refuses to start is a failed step (4), what ends a dead service (1)."""
    run(here, box, command, verify=NEVER)
    works(here, box, meets(here, fault, code, *UP))


def test_a_service_that_never_gets_ready(here: Cli, box: str) -> None:
    run(here, box, ["sleep", "60"], verify=NEVER, timeout=1)
    works(here, box, meets(here, "service.timeout", 1, *UP))


@pytest.fixture
def unhealthy() -> Iterator[str]:
    """An image whose health check says no."""
    name = f"lab.invalid/unhealthy-{INSTANCE}:1"
    second = 1_000_000_000
    check = {"Test": ["CMD", "false"], "Interval": second // 10, "Timeout": second, "Retries": 1}
    scrap.load(name, scrap.programs(), Healthcheck=check)
    yield name
    Docker({})("rmi", name)


def test_a_service_whose_own_health_check_fails(here: Cli, box: str, unhealthy: str) -> None:
    run(here, unhealthy, ["sleep", "60"], verify=NEVER, timeout=2)
    works(here, box, meets(here, "service.unhealthy", 1, *UP))


@dataclass
class Waiting:
    """`up` at work in a thread; ``ran`` is there when it has ended."""

    cli: Cli
    docker: Docker
    ran: Ran | None = None
    begun: float = field(default_factory=time.monotonic)
    thread: Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = Thread(target=self._call)
        self.thread.start()
        wait_until(self._runs, "the container")

    def _call(self) -> None:
        self.ran = self.cli(*UP, "--json")

    def _runs(self) -> bool:
        with suppress(AssertionError):
            return self.docker("inspect", "-f", "{{.State.Running}}", NAME) == ["true"]
        return False

    def meets(self, fault: str, code: int) -> Met:
        """Its end, and the fault that it names; its time is from what was done to it on."""
        begun = time.monotonic()
        self.thread.join()
        assert self.ran is not None
        return judged(self.cli, fault, code, self.ran, time.monotonic() - begun, *UP)


def test_a_container_that_is_killed(here: Cli, box: str, docker: Docker) -> None:
    run(here, box, ["sleep", "60"], verify=NEVER)
    up = Waiting(here, docker)
    docker("kill", NAME)
    works(here, box, up.meets("service.exited", 1))


def test_a_container_that_takes_too_much_memory(here: Cli, box: str, docker: Docker) -> None:
    run(here, box, ["sh", "-c", WHEN_TOLD.format("tail /dev/zero")], verify=NEVER)
    up = Waiting(here, docker)
    docker("update", "--memory", "16m", "--memory-swap", "16m", NAME)
    docker("exec", NAME, "touch", "/go")
    works(here, box, up.meets("service.out-of-memory", 1))


def test_a_container_that_crashes_again_and_again(here: Cli, box: str, docker: Docker) -> None:
    run(here, box, ["sh", "-c", WHEN_TOLD.format("false")], verify=NEVER)
    up = Waiting(here, docker)
    docker("update", "--restart=always", NAME)
    with suppress(AssertionError):  # it may be down already when the command ends
        docker("exec", NAME, "touch", "/go")
    works(here, box, up.meets("service.crash-loop", 1))
