"""A run that is killed, cut off, kept waiting or refused at any call: what comes next heals it.

A sample of what `python -m tests.bench.kill_lab` does for every call.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine import killing
from tests.engine.cli import Cli
from tests.engine.conftest import INSTANCE, Docker
from tests.lab.meddler import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.meddler import What, When

pytestmark = pytest.mark.engine

# Verb, what happens and when, at which part of its calls, and what comes next. With the number of
# calls the points move, so that other runs try other calls.
SAMPLE: tuple[tuple[str, What, When, float, tuple[str, ...]], ...] = (
    ("up", "kill", "after", 0.55, ("clean",)),
    ("up", "kill", "after", 0.7, ("up", "clean")),
    ("up", "stall", "before", 0.75, ("clean",)),
    ("down", "500", "before", 0.5, ("clean",)),
    ("clean", "kill", "after", 0.55, ("clean",)),
)


@pytest.fixture(scope="module")
def arena(
    images: None, state: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[killing.Arena]:
    """Webapp, whose images somebody else holds, among strangers."""
    cli = Cli(killing.project(tmp_path_factory.mktemp("killed")), {"XDG_STATE_HOME": str(state)})
    # A socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="kl-") as folder:
        door = Path(folder) / "door"
        with killing.arena(cli, Docker({}), door, f"{INSTANCE}-k") as found:
            yield found


@pytest.fixture(scope="module")
def counts(arena: killing.Arena) -> dict[str, int]:
    """How many calls each verb makes."""
    return arena.counts()


@pytest.mark.parametrize(("verb", "what", "when", "part", "then"), SAMPLE)
def test_whatever_happens_to_a_run_is_healed(  # noqa: PLR0913, PLR0917 - a point has as many parts
    arena: killing.Arena,
    counts: dict[str, int],
    verb: str,
    what: What,
    when: When,
    part: float,
    then: tuple[str, ...],
) -> None:
    fault = Fault(max(1, round(counts[verb] * part)), what, when)
    trial = arena.trial(verb, fault, then)
    assert trial.call is not None, "it made fewer calls than it was counted to"
    assert trial.complaints == (), str(trial.call)


def test_whoever_changes_a_stranger_is_found_out(arena: killing.Arena, docker: Docker) -> None:
    """The lab itself: what it is there to see, it sees. Last, for it does change a stranger."""
    volume, container = arena.crowd.volumes[0], arena.crowd.names["container"][0]
    docker("exec", container, "touch", f"{volume.partition(':')[2]}/file")
    assert any(volume in complaint for complaint in arena.look())
    docker("volume", "create", f"{INSTANCE}-surplus")
    try:
        assert any("surplus" in complaint for complaint in arena.look())
    finally:
        docker("volume", "rm", f"{INSTANCE}-surplus")
