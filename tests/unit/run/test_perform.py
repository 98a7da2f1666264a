"""Doing acts: each is told as the change that it is, a failure with the service it concerns."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import pytest

from envcheck.core import events as ev
from envcheck.core import plan as p
from envcheck.core.errors import EnvcheckError, StepFailed
from envcheck.core.reference import parse_reference
from envcheck.run.perform import Performer
from envcheck.run.readiness import ServiceUnready, Target
from envcheck.services.kind import Answer
from tests.fake.life import Life, dies
from tests.fake.lookout import lookout_for
from tests.unit.worlds import SHOP, World, targets

E = TypeVar("E", bound=ev.Event)


def changes(world: World) -> list[tuple[str, str, str]]:
    found = (event.change for event in told(world, ev.Changed))
    return [(change.action, change.kind, change.name) for change in found]


def told(world: World, kind: type[E]) -> list[E]:
    return [event for event in world.events if isinstance(event, kind)]


def test_what_up_makes_is_told_as_made() -> None:
    world = World()
    world.up()
    assert sorted(changes(world)) == [
        ("created", "container", "shop-cache"),
        ("created", "container", "shop-db"),
        ("created", "container", "shop-web"),
        ("created", "network", "shop"),
        ("created", "volume", "shop_cache-data"),
        ("created", "volume", "shop_db-data"),
        ("started", "container", "shop-cache"),
        ("started", "container", "shop-db"),
        ("started", "container", "shop-web"),
    ]


def test_the_second_up_changes_nothing() -> None:
    world = World()
    world.up()
    world.events.clear()
    world.up()
    assert changes(world) == []
    ready = told(world, ev.ServiceReady)
    assert {event.service for event in ready} == {"db", "cache", "web"}
    assert not [event for event in ready if event.fresh]


def test_a_container_that_replaces_another_is_told_with_the_cause() -> None:
    world = World()
    world.up()
    world.events.clear()
    world.up(SHOP.replace("[node, server.js]", "[node, other.js]"))
    assert changes(world) == [
        ("stopped", "container", "shop-web"),
        ("removed", "container", "shop-web"),
        ("recreated", "container", "shop-web"),
        ("started", "container", "shop-web"),
    ]
    recreated = [event.change for event in told(world, ev.Changed)][2]
    assert recreated.cause == "command changed"


def test_what_clean_takes_is_told_as_removed() -> None:
    world = World()
    world.engine.add_image("old:1")
    plan = p.Plan(
        (
            p.Step(1, p.RemoveVolume("gone"), ""),
            p.Step(2, p.RemoveNetwork("id", "shop"), ""),
            p.Step(3, p.RemoveImage("old:1", 77), ""),
        )
    )
    world.carry_out(plan)
    assert sorted(changes(world)) == [
        ("removed", "image", "old:1"),
        ("removed", "network", "shop"),
        ("removed", "volume", "gone"),
    ]
    assert 77 in [event.change.size for event in told(world, ev.Changed)]


def test_a_ready_service_is_told_with_a_verdict_on_itself_and_on_its_version() -> None:
    world = World()
    cache = targets()["cache"]
    cache = replace(cache, kind=replace(cache.kind, probe=lambda _access: Answer("8.0.2")))
    plan = world.plan("name: shop\nservices:\n  cache: {image: 'redis:8.0.2'}\n")
    perform = Performer(
        world.engine, lookout_for(world.engine), world.events.append, {"cache": cache}, {"cache"}
    )
    for step in plan.steps:
        perform(step.act)
    verdicts = [event.result for event in told(world, ev.Checked)]
    assert [(v.id, v.status) for v in verdicts] == [
        ("service.cache.ready", "pass"),
        ("service.cache.version", "pass"),
    ]
    (ready,) = told(world, ev.ServiceReady)
    assert (ready.version, ready.endpoint, ready.fresh) == ("8.0.2", "127.0.0.1:6379", True)
    assert ready.volumes == ("shop_cache-data",)


def test_a_service_that_runs_and_is_asked_nothing_does_not_claim_an_answer() -> None:
    text = "name: shop\nservices:\n  tool: {kind: container, image: 'node:24.21.0'}\n"
    world = World()
    tool = targets(text)["tool"]
    silent = {"tool": replace(tool, kind=replace(tool.kind, probe=None))}
    perform = Performer(world.engine, lookout_for(world.engine), world.events.append, silent)
    for step in world.plan(text).steps:
        perform(step.act)
    (checked,) = told(world, ev.Checked)
    assert "nothing more was asked of it" in checked.result.summary


def test_a_failure_is_told_with_its_service_and_raised() -> None:
    world = World()
    world.engine.script.by_name["shop-cache"] = dies(3, "no such luck")
    outcomes = world.up()
    failed = told(world, ev.ServiceFailed)
    assert [(event.service, event.id) for event in failed] == [("cache", "service.exited")]
    assert failed[0].logs == ("no such luck",)
    assert failed[0].container == "shop-cache"
    assert failed[0].image == "redis:8.0.2"
    assert [o.step.act for o in outcomes if o.status == "failed"] == [
        p.AwaitReady("cache", "shop-cache")
    ]
    skipped = {str(getattr(o.step.act, "service", "")) for o in outcomes if o.status == "skipped"}
    assert skipped == {"web"}
    assert {event.service for event in told(world, ev.ServiceReady)} == {"db"}


def test_a_container_that_cannot_be_started_fails_its_service_too() -> None:
    world = World()
    world.engine.script.by_name["shop-cache"] = Life(cannot_start="exec: nonsense")
    world.up()
    (failed,) = told(world, ev.ServiceFailed)
    assert failed.service == "cache"
    assert "exec: nonsense" in failed.summary
    verdicts = {event.result.id: event.result.status for event in told(world, ev.Checked)}
    assert verdicts["service.cache.ready"] == "fail"


def test_a_failure_that_concerns_no_service_is_only_raised() -> None:
    world = World()

    def full(what: tuple[str, str]) -> None:
        if what[0] == "create_network":
            raise StepFailed("no space left on device", id="machine.disk-full")

    world.engine.before_each_act = full
    outcomes = world.up()
    assert [o.step.act for o in outcomes if o.status == "failed"] == [world.plan().steps[0].act]
    assert told(world, ev.ServiceFailed) == []
    assert world.engine.store.containers == {}


def test_an_act_on_images_is_none_of_its_business() -> None:
    world = World()
    perform = Performer(world.engine, lookout_for(world.engine), world.events.append, {})
    with pytest.raises(StepFailed) as caught:
        perform(p.PullImage(parse_reference("redis:8.0.2")))
    assert caught.value.id == "bug.unknown-act"


def test_what_dies_after_it_was_ready_is_told_once_and_at_once() -> None:
    """Not only when the last of the others is over."""
    world = World()
    lookout = lookout_for(world.engine)
    perform = Performer(
        world.engine, lookout, world.events.append, targets(), {"db", "cache", "web"}
    )
    lookout.at_each_end(perform.notice)
    for step in world.plan().steps:
        perform(step.act)
    world.engine.stop_container("shop-cache", 0)
    (failed,) = told(world, ev.ServiceFailed)
    assert (failed.service, failed.summary[:22]) == ("cache", "it was ready, and then")
    perform.confirm("cache")
    perform.confirm("db")
    assert len(told(world, ev.ServiceFailed)) == 1


def test_what_was_ready_and_died_is_lost() -> None:
    world = World()
    lookout = lookout_for(world.engine)
    perform = Performer(world.engine, lookout, world.events.append, targets())
    lookout.at_each_end(perform.notice)
    waits = p.AwaitReady("cache", "shop-cache")
    world.carry_out(world.plan())
    perform(waits)
    assert not perform.lost(waits)
    world.engine.stop_container("shop-cache", 0)
    assert perform.lost(waits)
    assert not perform.lost(p.AwaitReady("db", "shop-db"))
    assert not perform.lost(p.StartContainer("shop-cache", "cache"))


def test_a_failure_that_cannot_be_explained_is_told_as_it_is() -> None:
    """Such as where the engine goes away while it is looked at."""
    world = World()
    world.engine.script.by_name["shop-cache"] = dies(3)

    def no_idea(_target: Target, _error: EnvcheckError) -> EnvcheckError:
        raise StepFailed("nobody answers", id="made.up")

    lookout = lookout_for(world.engine)
    perform = Performer(world.engine, lookout, world.events.append, targets(), explain=no_idea)
    for step in world.plan().steps:
        if not isinstance(step.act, p.AwaitReady):
            perform(step.act)
    with pytest.raises(ServiceUnready):
        perform(p.AwaitReady("cache", "shop-cache"))
    (failed,) = told(world, ev.ServiceFailed)
    assert (failed.service, failed.id) == ("cache", "service.exited")


def test_what_dies_before_it_was_ready_is_told_by_whoever_waits_for_it() -> None:
    world = World()
    lookout = lookout_for(world.engine)
    perform = Performer(world.engine, lookout, world.events.append, targets())
    lookout.at_each_end(perform.notice)
    for step in world.plan().steps:
        if not isinstance(step.act, p.AwaitReady):
            perform(step.act)
    world.engine.stop_container("shop-cache", 0)
    assert told(world, ev.ServiceFailed) == []


def test_what_its_policy_starts_again_is_judged_at_the_end() -> None:
    """Whether it was seen between its end and its new start is a matter of milliseconds."""
    world = World()
    lookout = lookout_for(world.engine)
    found = targets()
    service = replace(found["cache"].service, restart="always")
    found = {**found, "cache": replace(found["cache"], service=service)}
    perform = Performer(world.engine, lookout, world.events.append, found, {"db", "cache", "web"})
    lookout.at_each_end(perform.notice)
    for step in world.plan().steps:
        perform(step.act)
    world.engine.stop_container("shop-cache", 0)
    assert told(world, ev.ServiceFailed) == []
    with pytest.raises(ServiceUnready, match="it was ready, and then"):
        perform.confirm("cache")
