"""What a rule of the contract is tried with: an engine, an image on it, and programs to run."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from envcheck.core.spec import ContainerSpec, Label, Mount, NetworkSpec, PortBinding, VolumeSpec
from envcheck.run.poll import poll
from envcheck.run.ports import Ran
from tests.fake.life import Life

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.run.ports import Clock, ContainerState, Engine
    from tests.fake.engine import FakeEngine

SECONDS = 20.0
"""No state of a container takes longer than this to come about."""


@dataclass(frozen=True)
class Program:
    """A command, for the real engines, and the life that it leads, for the fake one."""

    command: tuple[str, ...]
    life: Life = field(default_factory=Life)


_ECHO = ("sh", "-c", "echo out; echo err >&2; exit 3")
_UNKNOWN = ("nosuchcommand",)


def _answer(command: tuple[str, ...]) -> Ran:
    return Ran(3, "out\nerr\n") if command == _ECHO else Life().run(command)


STEADY = Program(("sleep", "1000"), Life(deaf=True, answers=_answer))
"""Runs on; process 1 of a container is deaf to signals that it has no handler for."""

POLITE = Program(
    ("sh", "-c", "trap 'exit 7' TERM; while :; do sleep 0.02; done"), Life(stop_code=7)
)
DYING = Program(
    ("sh", "-c", "echo one; echo two; exit 3"),
    Life(seconds=0.0, exit_code=3, says=("one", "two")),
)
MISSING = Program(_UNKNOWN, Life(cannot_start="executable file not found in $PATH"))


class Bench(Protocol):
    """An engine under trial, and what its rules cannot be tried without."""

    @property
    def engine(self) -> Engine:
        """The engine."""

    @property
    def clock(self) -> Clock:
        """The time that it goes by."""

    @property
    def image(self) -> str:
        """An image on it, which bears the label ``of=image``."""

    @property
    def name(self) -> str:
        """Every object of the test has this in its name, and no other object has."""

    def learn(self, program: Program) -> None:
        """Make the engine know a program; a real one does."""

    def tag(self, tag: str) -> None:
        """Give the image one more name."""

    def build_upon(self, tag: str) -> None:
        """Make another image upon the image."""

    def occupied_port(self) -> Iterator[int]:
        """A host port that a process outside of Docker holds until the generator ends."""


@dataclass(frozen=True)
class FakeBench:
    """A bench with the fake engine."""

    engine: FakeEngine
    clock: Clock
    image: str
    name: str

    def learn(self, program: Program) -> None:
        """Write the program into the script."""
        self.engine.script.by_command[program.command] = program.life

    def tag(self, tag: str) -> None:
        """Give the image one more name."""
        image = self.engine.store.image(self.image)
        assert image is not None
        image.tags.append(tag)

    def build_upon(self, tag: str) -> None:
        """Make another image upon the image."""
        image = self.engine.store.image(self.image)
        assert image is not None
        self.engine.add_image(tag, parent=image.id)

    def occupied_port(self) -> Iterator[int]:
        """A port that is merely said to be taken."""
        self.engine.taken.add(8080)
        yield 8080


@contextmanager
def listening() -> Iterator[int]:
    """A port of this machine that somebody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


def free_port() -> int:
    """A port of this machine that nobody listened on a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def network_of(bench: Bench) -> NetworkSpec:
    """A network for the test."""
    return NetworkSpec(bench.name, {Label.INSTANCE: bench.name})


def volume_of(bench: Bench, name: str = "data") -> VolumeSpec:
    """A volume for the test."""
    return VolumeSpec(f"{bench.name}_{name}", {Label.INSTANCE: bench.name})


def spec_of(
    bench: Bench,
    name: str = "one",
    program: Program = STEADY,
    *,
    ports: tuple[PortBinding, ...] = (),
    volumes: tuple[str, ...] = (),
) -> ContainerSpec:
    """A container for the test, whose program the engine knows then."""
    bench.learn(program)
    return ContainerSpec(
        name=f"{bench.name}-{name}",
        service=name,
        image=bench.image,
        network=bench.name,
        environment={"GREETING": "hello"},
        ports=ports,
        mounts=tuple(Mount(volume, f"/mnt/{volume}") for volume in volumes),
        labels={Label.INSTANCE: bench.name, Label.SERVICE: name, Label.FINGERPRINT: "image:1"},
        command=program.command,
    )


def created(bench: Bench, spec: ContainerSpec) -> str:
    """Create a container, and its network where it is not there yet; the container's name."""
    if bench.engine.observe().network(bench.name) is None:
        bench.engine.create_network(network_of(bench))
    bench.engine.create_container(spec)
    return spec.name


def started(bench: Bench, spec: ContainerSpec) -> str:
    """Create a container and start it; its name."""
    bench.engine.start_container(created(bench, spec))
    return spec.name


def ended(bench: Bench, name: str) -> ContainerState:
    """Wait until a container has ended; its state then."""

    def look() -> ContainerState | None:
        state = bench.engine.inspect_container(name)
        return None if state.alive else state

    state = poll(look, seconds=SECONDS, clock=bench.clock)
    assert state is not None, f"{name} still runs"
    return state
