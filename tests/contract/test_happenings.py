"""What happens to containers is told as it happens."""

from __future__ import annotations

from contextlib import closing
from queue import Queue
from typing import TYPE_CHECKING

from envcheck.run.executor import beside
from tests.contract.bench import DYING, SECONDS, STEADY, created, ended, spec_of, started

if TYPE_CHECKING:
    from envcheck.run.ports import Happening, Happenings
    from tests.contract.bench import Bench


def pour(happenings: Happenings, heard: Queue[Happening]) -> None:
    for happening in happenings:
        heard.put(happening)


def lives(heard: Queue[Happening], number: int) -> list[tuple[str, str]]:
    """The first starts and ends; engines tell more, and differ in that."""
    found: list[tuple[str, str]] = []
    while len(found) < number:
        happening = heard.get(timeout=SECONDS)
        if happening.action in ("start", "die"):
            found.append((happening.container, happening.action))
    return found


def test_starts_and_ends_are_told_in_their_order(bench: Bench) -> None:
    heard: Queue[Happening] = Queue()
    steady = created(bench, spec_of(bench, "steady", STEADY))
    dying = created(bench, spec_of(bench, "dying", DYING))
    happenings = bench.engine.happenings(bench.name)
    with beside(lambda: pour(happenings, heard), happenings.close):
        bench.engine.start_container(dying)
        ended(bench, dying)
        bench.engine.start_container(steady)
        bench.engine.remove_container(steady)
        told = lives(heard, 4)
    assert told == [(dying, "start"), (dying, "die"), (steady, "start"), (steady, "die")]


def test_others_are_not_told_of(bench: Bench) -> None:
    """All streams hear of the same engine; one of them does not hear of this container."""
    ours: Queue[Happening] = Queue()
    theirs: Queue[Happening] = Queue()
    everybodys: Queue[Happening] = Queue()
    mine, other = bench.engine.happenings(bench.name), bench.engine.happenings("another")
    every = bench.engine.happenings("")
    with (
        beside(lambda: pour(mine, ours), mine.close),
        beside(lambda: pour(other, theirs), other.close),
        beside(lambda: pour(every, everybodys), every.close),
    ):
        name = started(bench, spec_of(bench))
        assert lives(ours, 1) == [(name, "start")]
        assert lives(everybodys, 1) == [(name, "start")]
    assert theirs.empty()


def test_it_ends_when_it_is_closed(bench: Bench) -> None:
    with closing(bench.engine.happenings(bench.name)) as happenings:
        pass
    assert list(happenings) == []
