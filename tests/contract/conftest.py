"""The engines that the contract holds for, and a real one left as it was found."""

from __future__ import annotations

import io
import tarfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from envcheck.core.context import BuildContext, ContextFile
from envcheck.core.spec import Label
from envcheck.engine.build import BuildOptions
from envcheck.run.ports import SystemClock
from tests.contract.bench import FakeBench, listening
from tests.fake.clock import FakeClock
from tests.fake.engine import FakeEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.engine.client import DockerEngine
    from tests.contract.bench import Bench, Program

BUSYBOX = Path("/bin/busybox")
PROGRAMS = ("sh", "sleep", "echo", "cat", "true", "false", "env")
IMAGE_LABELS = {"of": "image"}


@dataclass(frozen=True)
class RealBench:
    """A bench with a real engine."""

    engine: DockerEngine
    clock: SystemClock
    image: str
    name: str

    def learn(self, program: Program) -> None:
        """A real engine runs what is in the image."""

    def tag(self, tag: str) -> None:
        """Give the image one more name."""
        self.engine.tag_image(self.image, tag)

    def build_upon(self, tag: str) -> None:
        """Make another image upon the image."""
        text = f"FROM {self.image}\nENV CHILD=yes\n"
        context = BuildContext({"Dockerfile": ContextFile(text.encode())})
        self.engine.build(tag, context, BuildOptions({}), lambda *_: None)

    def occupied_port(self) -> Iterator[int]:
        """A port that somebody really listens on."""
        with listening() as port:
            yield port


@pytest.fixture(scope="session")
def real_engine(engine: DockerEngine) -> DockerEngine:
    """The engine that docker itself would talk to; afterwards it is as it was before."""
    return engine


@pytest.fixture(scope="session")
def real_image(real_engine: DockerEngine) -> Iterator[str]:
    """An image with a shell and a few programs, made here."""
    from tests.lab.packages import ensure

    ensure("busybox-static")
    tag = f"contract-{uuid.uuid4().hex[:8]}/busybox:1"
    real_engine.import_image(tag, busybox(), IMAGE_LABELS)
    yield tag
    real_engine.remove_image(tag)


def busybox() -> io.BytesIO:
    """A root file system that holds busybox and nothing else."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        program = tarfile.TarInfo("bin/busybox")
        content = BUSYBOX.read_bytes()
        program.size, program.mode = len(content), 0o755
        tar.addfile(program, io.BytesIO(content))
        for name in PROGRAMS:
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
    archive.seek(0)
    return archive


@pytest.fixture
def name() -> str:
    """What everything of one test has in its name."""
    return f"contract-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def real_bench(real_engine: DockerEngine, real_image: str, name: str) -> Iterator[RealBench]:
    """A bench with the real engine; what the test made on it is removed."""
    yield RealBench(real_engine, SystemClock(), real_image, name)
    _remove(real_engine, name)


def _remove(engine: DockerEngine, name: str) -> None:
    observed = engine.observe()
    for container in observed.containers:
        if name in container.name or container.labels.get(Label.INSTANCE) == name:
            engine.remove_container(container.id)
    for network in observed.networks:
        if name in network.name:
            engine.remove_network(network.id)
    for volume in observed.volumes:
        if name in volume.name:
            engine.remove_volume(volume.name)
    for image in observed.images:
        for tag in image.tags:
            if name in tag:
                engine.remove_image(tag)
    for image_id in engine.dangling(Label.INSTANCE, name):
        engine.remove_image(image_id)


@pytest.fixture
def fake_bench(name: str) -> FakeBench:
    """A bench with the fake engine."""
    clock = FakeClock()
    engine = FakeEngine(clock)
    engine.add_image("contract/busybox:1", labels=IMAGE_LABELS)
    return FakeBench(engine, clock, "contract/busybox:1", name)


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.engine)])
def bench(request: pytest.FixtureRequest) -> Bench:
    """The contract's two parties, one after the other."""
    found: Bench = request.getfixturevalue(f"{request.param}_bench")
    return found
