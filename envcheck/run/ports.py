"""What this room needs of the world outside, as protocols; `envcheck.engine` fulfils them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from envcheck.core.observed import Observed
    from envcheck.core.reference import Reference
    from envcheck.core.seeding import SeedFile
    from envcheck.core.spec import ContainerSpec, NetworkSpec, VolumeSpec


Progress = Callable[[str, "int | None", "int | None"], None]
"""Called with a phase word, and bytes done and bytes in all where they are known."""


@dataclass(frozen=True)
class ContainerState:
    """How one container is right now.

    Attributes:
        status: the engine's word: created, running, restarting, exited, dead, …
        started_at: the engine's own timestamp of the last start, as text.
        error: what the engine said when it could not start it.
        ports: container port to host port.
        health: what its health check says: starting, healthy, unhealthy; nothing without one.
        health_said: what that check printed when it was last run.
        mounts: the paths where something is mounted, each with its volume's name; nothing there
            for what is no volume.
        finished_at: the engine's own timestamp of the last end, as text.
    """

    id: str
    status: str
    exit_code: int
    oom_killed: bool
    started_at: str
    restarts: int
    error: str
    image_id: str
    ports: Mapping[int, int] = field(default_factory=dict)
    health: str = ""
    health_said: str = ""
    mounts: Mapping[str, str] = field(default_factory=dict)
    finished_at: str = ""

    @property
    def alive(self) -> bool:
        """Whether it runs, so that waiting for it can still succeed."""
        return self.status == "running"


@dataclass(frozen=True)
class Ran:
    """The outcome of a command in a container: exit code and what it printed.

    ``seconds`` says how long each part took, for a container that was made for the command.
    """

    exit_code: int
    output: str
    seconds: Mapping[str, float] = field(default_factory=dict, compare=False)


NO_VARIABLES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Content:
    """What is written into a file: how many bytes, and a way to read them from their beginning."""

    size: int
    pieces: Callable[[], Iterator[bytes]]


@dataclass(frozen=True)
class ImageFacts:
    """What an image says of itself. ``volumes`` are the paths it declares as volumes."""

    id: str
    digest: str
    labels: Mapping[str, str]
    volumes: tuple[str, ...]
    architecture: str


@dataclass(frozen=True)
class Happening:
    """Something that happened to a container, as its engine tells it.

    ``action`` is the engine's word: create, start, die, oom, stop, restart, destroy, ….
    """

    container: str
    action: str


class Happenings(Protocol):
    """What happens to some containers, told as it happens; ends when it is closed."""

    def __iter__(self) -> Iterator[Happening]:
        """One after the other; waits for the next. Ends too where the engine breaks off."""

    def close(self) -> None:
        """Hear no more."""


class Engine(Protocol):
    """A Docker engine. Every method raises StepFailed or one of its kinds when it cannot.

    Removing what is already gone is no error: gone is what was asked for.
    """

    def observe(self) -> Observed:
        """Everything on the engine that a decision may rest on, in one look."""

    def create_network(self, spec: NetworkSpec) -> None:
        """Create a bridge network; ObjectConflict where one of ours of that name exists."""

    def create_volume(self, spec: VolumeSpec) -> None:
        """Create a named volume; no error where it exists."""

    def create_container(self, spec: ContainerSpec) -> None:
        """Create a container, not started. Never pulls: a missing image is ObjectMissing."""

    def start_container(self, name: str) -> None:
        """Start a container."""

    def stop_container(self, name: str, grace: int | None = None) -> None:
        """Stop a container with its own stop signal, and kill it after ``grace`` seconds.

        None stands for the grace that it was made with.
        """

    def rename_container(self, name: str, new: str) -> None:
        """Give a container another name; ObjectConflict where that is taken."""

    def remove_container(self, name: str) -> None:
        """Kill and remove a container with its anonymous volumes."""

    def remove_network(self, name: str) -> None:
        """Remove a network; ObjectConflict while a container is attached."""

    def remove_volume(self, name: str) -> None:
        """Remove a volume and its data; ObjectConflict while a container has it."""

    def remove_image(self, reference: str) -> None:
        """Remove an image's name, the image with its last one; ObjectConflict when in use."""

    def inspect_container(self, name: str) -> ContainerState:
        """How a container is now."""

    def volume_sizes(self) -> Mapping[str, int]:
        """Bytes that each volume takes, as the engine counts; without those that it cannot count.

        It reads through all of them for it, which may take long.
        """

    def happenings(self, instance: str) -> Happenings:
        """What happens to an instance's containers from now on; without a name, to all of ours."""

    def logs(self, name: str, lines: int) -> tuple[str, ...]:
        """The last lines that a container printed, oldest first."""

    def execute(
        self, name: str, command: Sequence[str], environment: Mapping[str, str] = NO_VARIABLES
    ) -> Ran:
        """Run a command in a running container, with these variables besides its own."""

    def put_file(self, name: str, path: str, content: Content) -> None:
        """Write a file into a container, running or not; ObjectMissing without its folder."""

    def read_file(self, name: str, path: str) -> bytes | None:
        """A small file in a container, running or not; None where it is not there."""

    def read_in_volume(
        self, volume: str, file: str, image: str, labels: Mapping[str, str]
    ) -> bytes | None:
        """A small file in a volume, read through a container of that image; None if not there."""

    def inspect_image(self, reference: str) -> ImageFacts | None:
        """What an image says of itself, or None where it is not here."""

    def pull(self, reference: Reference, progress: Progress) -> None:
        """Get an image from its registry; RegistryUnreachable where none answers."""


Contents = Callable[["SeedFile"], Content]
"""Gives what is in a seed's file, unpacked; raises OSError, EOFError or zlib.error."""


class JobRecords(Protocol):
    """What is on record of an instance's jobs."""

    def begin(self, service: str, inputs: str, container: str) -> None:
        """A job is about to be started; what was on record of it is no longer true."""

    def finish(self, service: str) -> None:
        """The job that was begun is done."""

    def forget(self, service: str) -> None:
        """Nothing is known of a job any more."""


class PortRecords(Protocol):
    """What is on record of the host ports of an instance."""

    def hold(self, service: str, ports: Mapping[int, int]) -> None:
        """A service has these host ports now, by container port."""


class Pauses(Protocol):
    """All that `poll` needs of time."""

    def now(self) -> float:
        """Seconds on a clock that never goes backwards."""

    def wait(self, seconds: float) -> None:
        """Let that time pass, or less where something has come up."""


class Clock(Protocol):
    """Time, so that tests need not spend any."""

    def now(self) -> float:
        """Seconds on a clock that never goes backwards."""

    def wait(self, seconds: float, until: Callable[[], bool] | None = None) -> None:
        """Let that time pass, or less where ``until`` has come true when somebody calls `wake`."""

    def wake(self) -> None:
        """Have all that wait look again whether what they wait for has come."""


class Stopped(BaseException):
    """Whoever waited is told to stop: the run was interrupted. Not an error, so no Exception."""


class SystemClock:
    """The machine's own clock, whose waits end when the run is stopped."""

    def __init__(self) -> None:
        self._stopped = False
        self._news = threading.Condition()

    def now(self) -> float:
        """Seconds on a clock that never goes backwards."""
        return time.monotonic()

    def wait(self, seconds: float, until: Callable[[], bool] | None = None) -> None:
        """Let that time pass, or less where ``until`` has come true when somebody calls `wake`.

        Raises:
            Stopped: `stop` was called, before or meanwhile.
        """
        with self._news:
            self._news.wait_for(lambda: self._stopped or (until is not None and until()), seconds)
            if self._stopped:
                raise Stopped

    def wake(self) -> None:
        """Have all that wait look again whether what they wait for has come."""
        with self._news:
            self._news.notify_all()

    def stop(self) -> None:
        """End every wait, now and from now on."""
        self._stopped = True
        self.wake()
