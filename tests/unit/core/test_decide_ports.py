"""Which host port each service gets: the profile's wish, as far as others leave it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from envcheck.core.decide import decide_up
from envcheck.core.past import Past
from envcheck.core.plan import CreateContainer
from envcheck.core.situation import Situation
from envcheck.core.spec import Label, NetworkSpec, PortBinding
from tests.unit.plans import said, shown
from tests.unit.worlds import World, desired


def text_of(ports: str) -> str:
    return f"name: shop\nservices:\n  cache: {{image: 'redis:8.0.2', ports: [{ports}]}}\n"


SMALL = text_of("6379")


def bindings(world: World, text: str, *taken: int) -> dict[str, tuple[PortBinding, ...]]:
    """The ports of every container that would be created."""
    acts = [step.act for step in world.plan(text, taken=set(taken)).steps]
    return {act.spec.service: act.spec.ports for act in acts if isinstance(act, CreateContainer)}


@pytest.mark.parametrize(
    ("ports", "taken", "host"),
    [
        ("6379", (), 6379),
        ("6379", (6379,), None),
        ("16379:6379", (6379,), 16379),
        ("16379:6379", (16379,), None),
        ("'16379!:6379'", (16379,), 16379),
        ("'auto:6379'", (), None),
    ],
)
def test_a_new_container_gets_its_wish_or_a_free_port(
    ports: str, taken: tuple[int, ...], host: int | None
) -> None:
    assert bindings(World(), text_of(ports), *taken) == {"cache": (PortBinding(6379, host),)}


def test_a_port_that_a_foreign_container_holds_is_not_asked_for() -> None:
    world = World()
    stranger(world, 6379)
    assert bindings(world, SMALL) == {"cache": (PortBinding(6379, None),)}


def test_a_container_that_is_made_anew_keeps_the_port_that_it_held_itself() -> None:
    world = World()
    world.up(SMALL)
    changed = SMALL.replace("ports", "environment: {A: b}, ports")
    assert bindings(world, changed, 6379) == {"cache": (PortBinding(6379, 6379),)}


def test_a_port_goes_to_the_service_that_prefers_it_not_to_the_one_that_happens_to_have_it() -> (
    None
):
    """Else, when the first container is made and the run is killed, both would be given it."""
    world = World()
    world.up(SMALL)
    after = SMALL.replace("[6379]", "['auto:6379']") + "  other: {image: 'redis:8.0.2'}\n"
    given = bindings(world, after)
    assert given == {"cache": (PortBinding(6379, None),), "other": (PortBinding(6379, 6379),)}


def test_a_container_that_is_made_anew_keeps_the_free_port_that_it_was_given() -> None:
    """Whoever connected to it need not look for it again."""
    world = World()
    world.up(text_of("'auto:6379'"))
    given = world.engine.inspect_container("shop-cache").ports[6379]
    changed = text_of("'auto:6379'").replace("ports", "environment: {A: b}, ports")
    assert bindings(world, changed, given) == {"cache": (PortBinding(6379, given),)}


def test_a_taken_port_is_no_reason_to_touch_a_container_that_runs_on_another() -> None:
    world = World()
    world.up(SMALL, taken={6379})
    assert world.engine.inspect_container("shop-cache").ports != {6379: 6379}
    assert shown(world.plan(SMALL)) == ["1 await cache: ready means: it answers"]


RENAMED = SMALL.replace("cache:", "store:")


def test_a_service_gets_the_port_of_one_that_leaves() -> None:
    """A service that was renamed in the profile stays where its clients know it."""
    world = World()
    world.up(SMALL)
    assert bindings(world, RENAMED, 6379) == {"store": (PortBinding(6379, 6379),)}


@pytest.mark.parametrize("wish", ["6379", "'6379!:6379'"])
def test_a_service_starts_only_when_the_one_that_held_its_port_is_gone(wish: str) -> None:
    """Side by side, the start could come first and fail."""
    world = World()
    world.up(SMALL)
    renamed = text_of(wish).replace("cache:", "store:")
    steps = {said(step.act): step for step in world.plan(renamed, taken={6379}).steps}
    assert steps["remove shop-cache"].id in steps["start shop-store"].after


def test_two_services_can_exchange_their_ports() -> None:
    text = (
        "name: shop\nservices:\n"
        "  a: {image: 'redis:8.0.2', ports: ['7001!:6379']}\n"
        "  b: {image: 'redis:8.0.2', ports: ['7002!:6379']}\n"
    )
    swapped = text.replace("7001", "X").replace("7002", "7001").replace("X", "7002")
    world = World()
    world.up(text)
    steps = {said(step.act): step for step in world.plan(swapped, taken={7001, 7002}).steps}
    assert steps["remove shop-b"].id in steps["start shop-a"].after
    assert steps["remove shop-a"].id in steps["start shop-b"].after
    outcomes = world.up(swapped, taken={7001, 7002})
    assert {outcome.status for outcome in outcomes} == {"done"}
    assert world.engine.inspect_container("shop-a").ports == {6379: 7002}
    assert world.engine.inspect_container("shop-b").ports == {6379: 7001}


TWO = "name: shop\nservices:\n  a: {image: 'redis:8.0.2'}\n  b: {image: 'redis:8.0.2'}\n"


def test_two_services_that_prefer_one_port_do_not_both_get_it() -> None:
    """Two of a kind in one profile: the kind's own port is the first one's."""
    assert bindings(World(), TWO) == {
        "a": (PortBinding(6379, 6379),),
        "b": (PortBinding(6379, None),),
    }
    outcomes = World().up(TWO)
    assert {outcome.status for outcome in outcomes} == {"done"}


def test_a_port_that_one_service_insists_on_is_no_others() -> None:
    text = TWO.replace(
        "b: {image: 'redis:8.0.2'", "b: {image: 'redis:8.0.2', ports: ['6379!:6379']"
    )
    assert bindings(World(), text) == {
        "a": (PortBinding(6379, None),),
        "b": (PortBinding(6379, 6379),),
    }


def test_a_new_service_leaves_the_port_to_one_that_will_be_started_again() -> None:
    world = World()
    world.up(SMALL)
    world.engine.stop_container("shop-cache", 0)
    more = SMALL.replace("  cache", "  another: {image: 'redis:8.0.2'}\n  cache")
    assert bindings(world, more) == {"another": (PortBinding(6379, None),)}


def test_a_stopped_container_whose_port_is_taken_meanwhile_gets_another() -> None:
    """After a restart of the machine, say. The engine could not start it any more."""
    world = World()
    world.up(SMALL)
    world.engine.stop_container("shop-cache", 0)
    world.engine.taken.add(6379)
    assert shown(world.plan(SMALL, taken={6379}))[:3] == [
        "1 remove shop-cache: port 6379 is taken",
        "2 create shop-cache on free:6379: port 6379 is taken <- 1",
        "3 start shop-cache: it is created <- 2",
    ]


def test_a_stopped_container_whose_port_is_insisted_on_is_only_started() -> None:
    """The engine's refusal says who has the port; nothing else would help."""
    world = World()
    world.up(text_of("'6379!:6379'"))
    world.engine.stop_container("shop-cache", 0)
    lines = shown(world.plan(text_of("'6379!:6379'"), taken={6379}))
    assert lines[0] == "1 start shop-cache: it is exited"


def test_a_running_container_is_content_with_the_port_that_it_has() -> None:
    world = World()
    world.up(SMALL)
    assert shown(world.plan(SMALL, taken={6379})) == ["1 await cache: ready means: it answers"]


def stranger(world: World, port: int) -> None:
    """A container that is not ours and runs on a host port."""
    world.engine.create_network(NetworkSpec("theirs", {}))
    spec = desired().services["cache"].container
    ports = (PortBinding(80, port),)
    foreign = replace(
        spec, name="theirs", network="theirs", labels={Label.VERSION: ""}, ports=ports, mounts=()
    )
    world.engine.create_container(foreign)
    world.engine.start_container("theirs")


def again(text: str, past: Past, **more: Any) -> tuple[PortBinding, ...]:
    """The ports of the cache that is brought up again after it was down."""
    now = Situation(desired(text), World().engine.observe(), past=past, **more)
    acts = [step.act for step in decide_up(now).steps]
    (spec,) = [act.spec for act in acts if isinstance(act, CreateContainer)]
    return spec.ports


HAD = Past(ports={"cache": {6379: 20007}}, wishes={"cache": {6379: 6379}})


def test_an_instance_keeps_what_it_was_given_over_down_and_up() -> None:
    """Also where the port that it prefers has come free: who wrote it down need not look again."""
    assert again(SMALL, HAD) == (PortBinding(6379, 20007),)


def test_what_it_was_given_is_no_more_where_the_profile_asks_for_another() -> None:
    assert again(text_of("7000:6379"), HAD) == (PortBinding(6379, 7000),)


def test_what_it_was_given_is_no_more_where_somebody_has_it() -> None:
    assert again(SMALL, HAD, taken={20007}) == (PortBinding(6379, 6379),)


def test_an_auto_port_is_kept_and_else_a_spare_one_so_that_it_stays() -> None:
    auto = text_of("'auto:6379'")
    had = Past(ports=HAD.ports, wishes={"cache": {6379: None}})
    spare = {("cache", 6379): 20009}
    assert again(auto, had, spare=spare) == (PortBinding(6379, 20007),)
    assert again(auto, had, spare=spare, taken={20007}) == (PortBinding(6379, 20009),)
