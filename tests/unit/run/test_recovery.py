"""What depends on a service must work again after that was made anew."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from envcheck.run.recovery import Recovery, judge_recovery, recover
from tests.fake.life import STEADY, dies
from tests.fake.lookout import lookout_for
from tests.unit.worlds import World, targets

NAME = "shop-web"


@dataclass
class Table:
    """The shop is up."""

    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        self.world.up()
        self.engine = self.world.engine
        self.before = self.engine.inspect_container(NAME)

    def recover(self) -> Recovery:
        """Look at the server after its database was made anew."""
        return recover(targets()["web"], self.before, self.engine, lookout_for(self.engine))


def test_what_stays_up_and_answers_passes() -> None:
    found = Table().recover()
    verdict = judge_recovery(targets()["web"], ("db", "cache"), found)
    assert (verdict.id, verdict.status) == ("service.web.recovers", "pass")
    assert verdict.summary == "stayed up while db and cache were made anew, and answers"


def test_what_has_ended_fails_and_is_started_again() -> None:
    table = Table()
    container = table.engine.store.container(NAME)
    container.life = dies(1, "lost my database")
    table.engine.let_time_pass()
    assert not table.engine.inspect_container(NAME).alive
    container.life = STEADY
    found = table.recover()
    verdict = judge_recovery(targets()["web"], ("db",), found)
    assert (verdict.status, verdict.fault) == ("fail", "service.ended-with-its-dependency")
    assert "exited with code 1" in verdict.summary
    assert "after db was made anew; it was started again, and answers" in verdict.summary
    assert table.engine.inspect_container(NAME).alive


def test_what_does_not_come_back_fails_with_its_own_fault() -> None:
    table = Table()
    container = table.engine.store.container(NAME)
    container.life = dies(1, "lost my database")
    table.engine.let_time_pass()
    verdict = judge_recovery(targets()["web"], ("db",), table.recover())
    assert (verdict.status, verdict.fault) == ("fail", "service.exited")
    assert verdict.evidence == ("lost my database",)


@pytest.mark.parametrize("again", [1.0, 2.0])
def test_what_the_engine_restarted_meanwhile_is_looked_at(again: float) -> None:
    table = Table()
    container = table.engine.store.container(NAME)
    container.end(1)
    table.engine.clock.wait(again)
    table.engine.start_container(NAME)
    verdict = judge_recovery(targets()["web"], ("db",), table.recover())
    assert (verdict.status, verdict.fault) == ("warn", "service.ended-with-its-dependency")
