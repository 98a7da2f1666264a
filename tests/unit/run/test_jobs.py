"""Jobs: on record as begun before they start, as done when they end with 0, and else not at all."""

from __future__ import annotations

from typing import TypeVar

import pytest

from envcheck.core import events as ev
from envcheck.core.errors import StepFailed
from envcheck.core.plan import AwaitJob
from envcheck.core.report import fold
from envcheck.run.lookout import Lookout
from tests.fake.life import OUT_OF_MEMORY, STEADY, Life, dies
from tests.unit.worlds import World

E = TypeVar("E", bound=ev.Event)
TEXT = """
name: shop
services:
  migrate: {kind: job, image: 'node:24.21.0', command: [work]}
  web: {image: 'redis:8.0.2', depends_on: [migrate]}
  other: {image: 'redis:8.0.2'}
"""
JOB = "shop-migrate"


def world(life: Life) -> World:
    found = World()
    found.engine.script.by_name[JOB] = life
    return found


def told(world: World, kind: type[E]) -> list[E]:
    return [event for event in world.events if isinstance(event, kind)]


def verdict(world: World) -> ev.Result:
    (found,) = [r for r in fold(world.events).results if r.id == "service.migrate.done"]
    return found


def test_one_that_ends_with_0_is_done_and_what_needs_it_starts() -> None:
    found = world(dies(0, after=2.0))
    outcomes = found.up(TEXT)
    assert {outcome.status for outcome in outcomes} == {"done"}
    assert found.records.jobs["migrate"].done
    (done,) = told(found, ev.ServiceDone)
    assert (done.service, done.container, done.fresh) == ("migrate", JOB, True)
    assert 2.0 <= done.seconds < 2.2
    assert verdict(found).status == "pass"
    assert fold(found.events).services["migrate"].state == "done"
    starts = [name for act, name in found.engine.acts if act == "start_container"]
    assert starts.index(JOB) < starts.index("shop-web")


def test_one_that_was_done_before_is_told_as_that() -> None:
    found = world(dies(0))
    found.up(TEXT)
    found.events.clear()
    found.up(TEXT)
    (done,) = told(found, ev.ServiceDone)
    assert (done.fresh, done.note) == (False, "nothing that it depends on has changed")
    assert verdict(found).status == "pass"
    assert told(found, ev.Changed) == []


def test_it_is_on_record_as_begun_before_it_is_started() -> None:
    found = world(dies(0))

    def look(what: tuple[str, str]) -> None:
        if what == ("start_container", JOB):
            record = found.records.jobs["migrate"]
            assert record.container == found.engine.store.container(JOB).id
            assert not record.done
            raise StepFailed("no more", id="machine.disk-full")

    found.engine.before_each_act = look
    found.up(TEXT)
    assert not found.records.jobs["migrate"].done


@pytest.mark.parametrize(
    ("life", "id", "words"),
    [
        (dies(3, "no such table"), "service.exited", "exited with code 3"),
        (OUT_OF_MEMORY, "service.out-of-memory", "too much memory"),
    ],
)
def test_one_that_ends_otherwise_fails_with_its_log(life: Life, id: str, words: str) -> None:
    found = world(life)
    found.up(TEXT)
    (failed,) = told(found, ev.ServiceFailed)
    assert (failed.service, failed.id) == ("migrate", id)
    assert words in failed.summary
    assert failed.logs == life.says
    assert (verdict(found).status, verdict(found).fault) == ("fail", id)
    assert "migrate" not in found.records.jobs
    assert {event.service for event in told(found, ev.ServiceReady)} == {"other"}


def test_one_that_failed_is_run_again_by_the_next_up() -> None:
    found = world(dies(3))
    found.up(TEXT)
    found.engine.script.by_name[JOB] = dies(0)
    assert {outcome.status for outcome in found.up(TEXT)} == {"done"}
    assert found.records.jobs["migrate"].done


def test_one_that_takes_too_long_is_stopped_and_run_again_by_the_next_up() -> None:
    found = world(STEADY)  # and ends with 0 when it is told to stop
    begun = found.engine.clock.now()
    found.up(TEXT)
    assert 600 <= found.engine.clock.now() - begun < 620
    (failed,) = told(found, ev.ServiceFailed)
    assert failed.id == "service.timeout"
    assert failed.summary == "not done after 600 s, so it was stopped"
    assert not found.engine.store.container(JOB).running
    assert "migrate" not in found.records.jobs
    assert any(isinstance(step.act, AwaitJob) for step in found.plan(TEXT).steps)


def test_one_that_ends_unheard_just_before_its_time_is_up_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An engine that tells nothing is looked at once a second only."""
    monkeypatch.setattr("tests.unit.worlds.lookout_for", lambda engine: Lookout(engine.clock))
    found = world(dies(0, after=2.9))
    job = "{kind: job, timeout: 3, image: 'node:24.21.0', command: [work]}"
    found.up(f"name: shop\nservices:\n  migrate: {job}\n")
    assert told(found, ev.ServiceFailed) == []
    assert found.records.jobs["migrate"].done


def test_one_whose_command_is_not_there_fails_at_its_start() -> None:
    found = world(Life(cannot_start="exec: nonsense"))
    found.up(TEXT)
    (failed,) = told(found, ev.ServiceFailed)
    assert "exec: nonsense" in failed.summary
    assert verdict(found).status == "fail"
    assert found.engine.clock.waits == [] or sum(found.engine.clock.waits) < 60
