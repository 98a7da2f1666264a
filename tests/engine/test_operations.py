"""Random operations on a real engine; in CI one short sequence.

``ENVCHECK_SEQUENCES=40 pytest tests/engine/test_operations.py`` runs so many.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from envcheck.core.observed import owned
from envcheck.run.ledger import Ledger
from tests.engine.cli import Cli
from tests.engine.conftest import INSTANCE, Docker
from tests.engine.faults import scrap
from tests.engine.killing import entries
from tests.lab import meddler
from tests.lab.meddler import Fault
from tests.unit.operations import INSTANCES, Labels, Operations, Outcome, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.core.observed import Observed
    from envcheck.engine.client import DockerEngine

pytestmark = pytest.mark.engine

SEQUENCES = int(os.environ.get("ENVCHECK_SEQUENCES", "1"))
STEPS = 6
CALLS = 2
"""For one act of the fake engine a run asks about so many times."""
IMAGE = f"{INSTANCE}-operations:1.0"
TINY = {"kind": "container", "image": IMAGE, "command": ["sleep", "1000"], "ports": []}


def tiny(name: str, needs: list[str], volume: str) -> dict[str, object]:
    """A service that does nothing."""
    return {**TINY, "depends_on": needs, "volumes": [f"{volume}:/data"], "environment": {"A": name}}


PROFILES = [
    {"a": tiny("1", [], "one")},
    {"a": tiny("2", [], "one"), "b": tiny("1", ["a"], "two")},
    {"b": tiny("1", [], "two")},
]


class RealPlace:
    """Fulfils `tests.unit.operations.Place`. Our instances have names of their own here."""

    def __init__(self, engine: DockerEngine, folder: Path) -> None:
        self._engine = engine
        self._docker = Docker({})
        self._state = folder / "state"
        (folder / "profiles").mkdir()
        self._profile = folder / "profiles" / "shop.yaml"
        self._cli = Cli(folder, {"XDG_STATE_HOME": str(self._state)})
        self._came: list[tuple[str, str]] = []
        socket = self._cli.variables()["DOCKER_HOST"].removeprefix("unix://")
        self._serving = meddler.serve(folder / "door", socket)
        self._meddler = self._serving.__enter__()

    def _run(self, *words: str, calls: int | None) -> tuple[Outcome, str]:
        """A run; killed after so many calls."""
        fault = None if calls is None else Fault(8 + CALLS * calls, "kill", "after")
        self._meddler.begin(fault)
        host = self._meddler.docker_host
        with self._cli.begun(*words, "--json", DOCKER_HOST=host) as process:
            self._meddler.victim = process.pid
            out, err = process.communicate(timeout=120)
        self._meddler.begin()
        if process.returncode < 0:
            return "killed", ""
        error = (json.loads(out)["error"] or {}).get("id", "")
        if process.returncode and error not in ("docker.name-taken", "instance.elsewhere"):
            return "failed", out + err
        return ("refused" if process.returncode else "done"), out

    def up(self, instance: str, profile: str, calls: int | None) -> Outcome:
        """As the task does it."""
        self._profile.write_text(profile)
        outcome, said = self._run("up", "shop", "--instance", instance, calls=calls)
        assert outcome != "failed", said
        return outcome

    def restless(self, instance: str, profile: str) -> list[str]:
        """What another `up` would do, as `plan` says it."""
        self._profile.write_text(profile)
        ran = self._cli("plan", "shop", "--instance", instance)
        assert ran.code == 0, ran.err
        return [line for line in ran.out.splitlines() if line.startswith("docker")]

    def down(self, instance: str, calls: int | None) -> Outcome:
        """As the task does it."""
        outcome, said = self._run("down", "--instance", instance, calls=calls)
        assert outcome != "failed", said
        return outcome

    def clean(self, instance: str, calls: int | None) -> Outcome:
        """As the task does it."""
        outcome, said = self._run("clean", "--yes", "--instance", instance, calls=calls)
        assert outcome != "failed", said
        return outcome

    def observe(self) -> Observed:
        """The engine as it is."""
        return self._engine.observe()

    def on_record(self, instance: str) -> dict[str, object]:
        """What the ledger holds of an instance."""
        (file,) = self._state.glob("envcheck/engines/*/ledger.sqlite3")
        with closing(Ledger(file)) as ledger:
            return entries(ledger, instance)

    def lose_ledger(self, how: str) -> None:
        """Have the ledger gone, or broken."""
        for file in self._state.glob("envcheck/engines/*/ledger.sqlite3*"):
            match how:
                case "gone":
                    file.unlink()
                case "garbage":
                    file.write_bytes(b"no ledger" * 1000)
                case _:
                    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    def commit(self, deed: str, number: int) -> None:
        """Do something to one of our own objects, as far as the engine lets it be done."""
        seen = self.observe()
        ours = [c for c in seen.containers if c.instance in INSTANCES]
        running = [c.id for c in ours if c.state == "running"]
        used = {volume for container in seen.containers for volume in container.volumes}
        unused = [v.name for v in seen.volumes if _ours(v.labels) and v.name not in used]
        networks = [n.id for n in seen.networks if _ours(n.labels)]
        match deed:
            case "stop" | "die" if running:
                self._docker("kill", running[number % len(running)])
            case "remove" if ours:
                self._docker("rm", "-f", ours[number % len(ours)].id)
            case "lose volume" if unused:
                self._docker("volume", "rm", unused[number % len(unused)])
            case "lose network" if networks and not running:
                self._docker("network", "rm", networks[number % len(networks)])
            case _:
                pass  # there is nothing to do it to

    def stranger(self, kind: str, name: str, labels: Labels) -> None:
        """Have somebody else make something, where its name is free."""
        words = [word for key, value in labels.items() for word in ("--label", f"{key}={value}")]
        seen = self.observe()
        match kind:
            case "container" if seen.container(name) is None:
                self._docker("run", "-d", "--name", name, *words, IMAGE, "sleep", "1000")
            case "network" if seen.network(name) is None:
                self._docker("network", "create", *words, name)
            case "volume" if seen.volume(name) is None:
                self._docker("volume", "create", *words, name)
            case "image" if seen.image(f"{name}:1") is None:
                self._docker("tag", IMAGE, f"{name}:1")
                name = f"{name}:1"
            case _:
                return  # somebody has it already
        self._came.append((kind, name))

    def strangers(self) -> object:
        """All that the engine says of those who came."""
        return [self._docker(kind, "inspect", name) for kind, name in self._came]

    def lose_strangers(self) -> None:
        """Have those strangers go who have come."""
        for kind, name in self._came:
            self._docker(kind, "rm", *(("-f",) if kind == "container" else ()), name)
        self._came.clear()

    def close(self) -> None:
        """Put everything away."""
        self.lose_strangers()
        self._serving.__exit__(None, None, None)
        shutil.rmtree(self._cli.folder)


def _ours(labels: Labels) -> bool:
    return any(owned(labels, instance) for instance in INSTANCES)


@pytest.fixture(scope="module")
def box(engine: DockerEngine) -> Iterator[None]:
    """The image of all services, which stood here before us."""
    scrap.load(IMAGE, scrap.programs())
    yield
    Docker({})("rmi", IMAGE)


def test_the_laws_hold_whatever_is_done_in_whatever_order(engine: DockerEngine, box: None) -> None:
    class OnRealEngine(Operations):
        profiles = st.sampled_from([json.dumps({"name": "shop", "services": p}) for p in PROFILES])
        foreign_labels = st.sampled_from([{}, {"dev.envcheck.instance": "another"}])

        def make(self) -> Place:
            # A socket's path must be short.
            return RealPlace(engine, Path(tempfile.mkdtemp(prefix="ops-")))

    run_state_machine_as_test(
        OnRealEngine,
        settings=settings(
            max_examples=SEQUENCES,
            stateful_step_count=STEPS,
            deadline=None,
            report_multiple_bugs=False,
            # Each sequence takes seconds: none is tried again to make it shorter.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=[*HealthCheck],
        ),
    )
