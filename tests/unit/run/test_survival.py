"""The proof that data outlives its container: what it changes, and that it always puts back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from envcheck.core.decide import needs_work
from envcheck.core.errors import StepFailed
from envcheck.run.ports import Content, Stopped
from envcheck.run.survival import Survival, Trial, judge_survival, prove
from envcheck.services.kind import Access, Answer, KeepsNothing, Marker, NotReady
from tests.fake.life import dies
from tests.fake.lookout import lookout_for
from tests.unit.worlds import World, desired, targets

if TYPE_CHECKING:
    from envcheck.core.events import Result
    from envcheck.run.readiness import Target

NAME, VOLUME = "shop-db", "shop_db-data"
ON_VOLUME, IN_CONTAINER = "/var/lib/postgresql/data", "/tmp"


@dataclass
class Table:
    """The shop is up; its database keeps its data in a folder of the test's choice."""

    folder: str = ON_VOLUME
    says: str = ""
    world: World = field(default_factory=World)
    stubborn: bool = False

    def __post_init__(self) -> None:
        self.world.up()
        self.engine = self.world.engine
        self.before = self.engine.inspect_container(NAME)

    @property
    def target(self) -> Target:
        """The database."""
        found = targets()["db"]
        kind = replace(found.kind, probe=lambda _access: Answer(data_path=self.says))
        return replace(found, kind=kind)

    def prove(self, marker: Marker | None = None) -> Survival:
        """Prove it."""
        spec = desired().services["db"].container
        trial = Trial(self.target, spec, marker or Marker(self.write, self.read, self.remove))
        lookout = lookout_for(self.engine)
        return prove(trial, self.engine, lookout, self.engine.clock)

    def verdict(self) -> Result:
        """What is said of it."""
        return judge_survival(self.target, self.prove())

    def write(self, _access: Access, word: str) -> None:
        """Keep the word in a file."""
        content = Content(len(word), lambda: iter([word.encode()]))
        self.engine.put_file(NAME, f"{self.folder}/word", content)

    def read(self, _access: Access, _word: str) -> str:
        """What is in it."""
        return (self.engine.read_file(NAME, f"{self.folder}/word") or b"").decode()

    def remove(self, access: Access, _word: str) -> None:
        """Empty it, unless the test says otherwise."""
        if self.stubborn:
            raise NotReady("cannot")
        self.write(access, "")

    def is_as_before(self) -> bool:
        """Whether the very container that was there runs, alone, without the word."""
        now = self.engine.inspect_container(NAME)
        names = {c.name for c in self.engine.observe().containers}
        alone = names == {"shop-db", "shop-cache", "shop-web"}
        same = (now.id, now.ports) == (self.before.id, self.before.ports)
        return now.alive and alone and same and not self.read(Access("", 0), "")


def test_a_word_on_a_volume_outlives_its_container() -> None:
    table = Table()
    volumes = table.engine.observe().volumes
    verdict = table.verdict()
    assert (verdict.id, verdict.status) == ("service.db.survives", "pass")
    now = table.engine.inspect_container(NAME)
    assert now.alive
    assert now.id != table.before.id
    assert (now.ports, now.mounts) == (table.before.ports, table.before.mounts)
    assert table.engine.observe().volumes == volumes
    assert {c.name for c in table.engine.observe().containers} == {
        "shop-db",
        "shop-cache",
        "shop-web",
    }
    assert table.read(Access("", 0), "") == ""
    assert not needs_work(table.world.plan())


def test_the_container_is_stopped_before_anything_takes_its_place() -> None:
    table = Table()
    begun = len(table.engine.acts)
    table.prove()
    acts = [act for act in table.engine.acts[begun:] if act[0] != "put_file"]
    assert acts == [
        ("stop_container", NAME),
        ("rename_container", NAME),
        ("create_container", NAME),
        ("start_container", NAME),
        ("remove_container", f"{NAME}-before"),
    ]


def test_where_the_data_is_in_the_container_it_is_not_lost_with_the_proof() -> None:
    table = Table(IN_CONTAINER, says="/tmp")
    verdict = table.verdict()
    assert (verdict.status, verdict.fault) == ("fail", "service.data-outside-volume")
    assert "runs again, with its data" in verdict.summary
    assert verdict.evidence[0].startswith("it keeps its data in /tmp, on none of its volumes")
    assert verdict.fix is not None
    assert "[NAME:/tmp]" in verdict.fix.text
    assert table.is_as_before()


def test_where_nothing_is_known_of_the_folder_the_mounts_are_the_evidence() -> None:
    verdict = Table(IN_CONTAINER).verdict()
    assert (verdict.status, verdict.fault) == ("fail", "service.data-lost")
    assert verdict.evidence == (f"{VOLUME} is mounted at {ON_VOLUME}",)


@pytest.mark.parametrize("act", ["stop", "rename", "create", "start"])
def test_whatever_fails_the_container_that_was_there_runs_again(act: str) -> None:
    table = Table()
    fails = [(f"{act}_container", NAME)]

    def failing(what: tuple[str, str]) -> None:
        if what in fails:
            fails.remove(what)
            raise StepFailed("no", id="made.up")

    table.engine.before_each_act = failing
    verdict = table.verdict()
    assert (verdict.status, verdict.fault) == ("fail", "made.up")
    assert table.is_as_before()
    assert fails == []


def test_where_the_new_container_cannot_be_put_away_nothing_else_is_claimed() -> None:
    """Such as where the engine goes away in the middle."""
    table = Table()

    def gone(what: tuple[str, str]) -> None:
        if what == ("remove_container", f"{NAME}-before") or what[0] == "start_container":
            raise StepFailed("nobody answers", id="made.up")

    table.engine.before_each_act = gone
    verdict = table.verdict()
    assert (verdict.status, verdict.fault) == ("fail", "made.up")
    assert "nobody answers" in verdict.summary
    assert "runs again" not in verdict.summary
    assert verdict.fix is not None
    assert f"{NAME}-before" in verdict.fix.text


def test_where_the_one_that_was_there_cannot_be_taken_away_it_is_not_said_to_run() -> None:
    table = Table()

    def stays(what: tuple[str, str]) -> None:
        if what == ("remove_container", f"{NAME}-before"):
            raise StepFailed("nobody answers", id="made.up")

    table.engine.before_each_act = stays
    verdict = table.verdict()
    assert (verdict.status, verdict.fault) == ("fail", "made.up")
    assert "runs again" not in verdict.summary
    assert table.engine.inspect_container(NAME).alive
    assert table.engine.inspect_container(f"{NAME}-before").id == table.before.id


def test_somebody_who_was_quicker_to_take_the_name_is_left_alone() -> None:
    table = Table()
    foreign = replace(desired().services["db"].container, labels={}, ports=(), mounts=())

    def quicker(what: tuple[str, str]) -> None:
        if what == ("create_container", NAME):
            table.engine.before_each_act = lambda _what: None
            table.engine.create_container(foreign)

    table.engine.before_each_act = quicker
    verdict = table.verdict()
    assert verdict.status == "fail"
    assert "runs again" not in verdict.summary
    assert table.engine.inspect_container(NAME).status == "created"
    assert table.engine.inspect_container(f"{NAME}-before").id == table.before.id
    assert table.engine.inspect_container(f"{NAME}-before").alive


def test_a_new_container_that_ends_gives_way_to_the_one_that_was_there() -> None:
    table = Table()
    table.engine.script.by_name[NAME] = dies(1, "no such luck")
    verdict = table.verdict()
    assert (verdict.status, verdict.fault) == ("fail", "service.exited")
    assert "exited with code 1" in verdict.summary
    assert table.is_as_before()


def test_an_interruption_while_the_new_one_is_waited_for_leaves_no_trace() -> None:
    table = Table()
    clock = table.engine.clock

    def interrupt() -> None:
        clock.at_each_wait = lambda: None
        raise Stopped

    def silent(_access: Access) -> Answer:
        raise NotReady("starting up")

    clock.at_each_wait = interrupt
    kind = replace(table.target.kind, probe=silent)
    trial = Trial(
        replace(table.target, kind=kind),
        desired().services["db"].container,
        Marker(table.write, table.read, table.remove),
    )
    with pytest.raises(Stopped):
        prove(trial, table.engine, lookout_for(table.engine), clock)
    assert table.is_as_before()


def test_what_keeps_nothing_is_not_stopped_for_it() -> None:
    table = Table()

    def refuse(_access: Access, _word: str) -> None:
        raise KeepsNothing("it is set to keep its data in memory only")

    found = table.prove(Marker(refuse, table.read, table.remove))
    verdict = judge_survival(table.target, found)
    assert (verdict.status, verdict.summary) == (
        "skip",
        "it is set to keep its data in memory only",
    )
    assert not found.stopped
    assert table.is_as_before()


def test_what_takes_no_word_is_not_stopped_for_it() -> None:
    table = Table()

    def refuse(_access: Access, _word: str) -> None:
        raise NotReady("ERROR: cannot execute CREATE TABLE in a read-only transaction")

    table.stubborn = True  # nor will it remove anything: but there is nothing to wait for
    begun = table.engine.clock.now()
    found = table.prove(Marker(refuse, table.read, table.remove))
    verdict = judge_survival(table.target, found)
    assert (verdict.status, verdict.fault) == ("fail", "service.not-writable")
    assert "read-only transaction" in verdict.summary
    assert not found.stopped
    assert found.forgotten
    assert table.engine.clock.now() == begun


def test_what_falls_silent_once_more_gives_way_to_the_one_that_was_there() -> None:
    table = Table()

    def read(access: Access, word: str) -> str:
        if table.engine.inspect_container(NAME).id != table.before.id:
            raise NotReady("starting up again")
        return table.read(access, word)

    verdict = judge_survival(table.target, table.prove(Marker(table.write, read, table.remove)))
    assert verdict.status == "fail"
    assert "it was ready, and then: starting up again" in verdict.summary
    assert table.is_as_before()


def test_a_word_that_cannot_be_removed_is_told() -> None:
    table = Table(stubborn=True)
    found = table.prove()
    assert found.survived
    assert not found.forgotten
    verdict = judge_survival(table.target, found)
    assert (verdict.status, verdict.fault) == ("warn", "service.marker-left")


def test_a_word_is_another_one_each_time() -> None:
    words: list[str] = []
    table = Table()

    def write(access: Access, word: str) -> None:
        words.append(word)
        table.write(access, word)

    for _ in range(2):
        table.prove(Marker(write, table.read, table.remove))
    assert len({*words}) == 2
    assert all(word.isalnum() for word in words)
