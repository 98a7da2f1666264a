"""Twelve images over a slow link, against Compose: ``python -m tests.bench.pull_pace``.

On a current engine of its own. 1 where envcheck is slower than Compose. By hand and not among the
tests: with other work on the machine the seconds of both say nothing.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.engine.cli import ENVCHECK, Cli
from tests.engine.conftest import INSTANCE, Docker
from tests.lab import engines, faulty, registry, shared, stock

if TYPE_CHECKING:
    from collections.abc import Iterator

IMAGES = 12
MB = 1_000_000
RATE = 10 * MB
"""Bytes a second of the link that all share."""
DELAY = 0.02
"""Seconds to the registry and back."""
LEEWAY = 1.1
"""Runs of the same differ by some in a hundred."""
BEFORE = 2.0
"""Seconds for what Compose does not do: to start Python, and to ask what is pulled and if it fits.
"""


@dataclass(frozen=True)
class Bench:
    """An engine whose registry is far away."""

    engine: engines.Engine
    hub: faulty.Faulty
    images: tuple[str, ...]
    size: int

    def empty(self) -> None:
        """Take all images away."""
        Docker({"DOCKER_HOST": self.engine.docker_host})("rmi", *self.images)


@contextmanager
def far_away(root: Path) -> Iterator[Bench]:
    """An engine with a registry that has the images, behind a slow link."""
    with (
        shared.namespace() as net,
        registry.serve(root / "r") as store,
        faulty.serve(store.address, netns=net.name) as hub,
        engines.start("current", root / "e", netns=net.name) as engine,
    ):
        images, size = _fill(store.address, hub.address)
        hub.rate, hub.delay = RATE, DELAY
        yield Bench(engine, hub, images, size)


def _fill(store: str, hub: str) -> tuple[tuple[str, ...], int]:
    base = [stock.layer(4 * MB, f"{INSTANCE}-base")]
    images, size = [], len(base[0].packed)
    for number in range(IMAGES):
        own = [stock.layer(MB, f"{INSTANCE}-{number}-{part}") for part in range(3)]
        stock.put(store, f"pace/image{number}:1.0", [*base, *own])
        images.append(f"{hub}/pace/image{number}:1.0")
        size += sum(len(layer.packed) for layer in own)
    return tuple(images), size


def main() -> int:
    """Pull them with both; 1 where envcheck took longer."""
    with tempfile.TemporaryDirectory(prefix="pace.") as folder, far_away(Path(folder)) as bench:
        ours, pull = _ours(bench, Path(folder))
        bench.empty()
        bench.hub.forget()
        compose = _compose(bench, Path(folder))
        bench.empty()
        floor = bench.size / RATE
    sys.stdout.write(
        f"{IMAGES} images, {bench.size / MB:.0f} MB at {RATE / MB:.0f} MB/s: envcheck {ours:.2f} s "
        f"(pulling {pull:.2f} s), compose {compose:.2f} s, the link alone {floor:.2f} s\n"
    )
    return int(pull >= compose * LEEWAY or ours >= compose * LEEWAY + BEFORE)


def _ours(bench: Bench, folder: Path) -> tuple[float, float]:
    """Seconds until the last image is here: from the call, and from when the first is pulled."""
    (folder / "profiles").mkdir()
    services = {f"s{n}": {"image": image} for n, image in enumerate(bench.images)}
    profile = {"name": "pace", "services": services}
    (folder / "profiles" / "pace.yaml").write_text(json.dumps(profile))
    environment = {"DOCKER_HOST": bench.engine.docker_host, "XDG_STATE_HOME": str(folder)}
    argv = bench.engine.command([ENVCHECK, "up", "pace", "--progress", "json"])
    begun, ready, pulling, ended = time.monotonic(), 0, 0.0, 0.0
    with subprocess.Popen(
        argv, cwd=folder, env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stderr or ():
            kind = json.loads(line)["event"]
            if kind == "image" and not pulling:
                pulling = time.monotonic()
            ready += kind == "image-ready"
            if ready == IMAGES and not ended:
                ended = time.monotonic()
                process.send_signal(signal.SIGINT)
    assert ready == IMAGES
    clean = Cli(folder, environment, bench.engine.command([]))
    assert clean("clean", "pace", "--yes", "--keep-images").code == 0
    return ended - begun, ended - pulling


def _compose(bench: Bench, folder: Path) -> float:
    """Seconds that `docker compose pull` of the same images takes."""
    services = {f"s{n}": {"image": image} for n, image in enumerate(bench.images)}
    (folder / "compose.yaml").write_text(json.dumps({"services": services}))
    begun = time.monotonic()
    done = subprocess.run(
        bench.engine.command(["docker-compose", "pull", "--quiet"]),
        cwd=folder,
        env=bench.engine.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return time.monotonic() - begun


if __name__ == "__main__":
    sys.exit(main())
