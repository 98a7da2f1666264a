"""What `up` decides: the plan's own text, for each way in which an instance may stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envcheck.core.decide import decide_up, needs_work, services_of
from envcheck.core.errors import ObjectConflict, UsageError
from envcheck.core.plan import AwaitReady, CreateContainer, RemoveContainer
from envcheck.core.situation import Situation, changed_parts
from envcheck.core.spec import Label, NetworkSpec, VolumeSpec
from tests.fake.life import dies
from tests.unit.plans import READY, said, shown, work
from tests.unit.worlds import SHOP, World, desired

SMALL = "name: shop\nservices:\n  cache: {image: 'redis:8.0.2', ports: [6379]}\n"


@pytest.fixture
def world() -> World:
    """An engine with the images and nothing else."""
    return World()


@pytest.fixture
def up() -> World:
    """An engine on which the shop is up."""
    world = World()
    world.up()
    return world


def test_on_an_empty_engine_everything_is_made_each_after_what_it_needs(world: World) -> None:
    assert shown(world.plan()) == [
        "1 create network shop: no such network",
        "2 create volume shop_db-data: no such volume",
        "3 create shop-db on 5432:5432: no such container <- 1 2",
        "4 start shop-db: it is created <- 3",
        f"5 await db: {READY} <- 4",
        "6 create volume shop_cache-data: no such volume",
        "7 create shop-cache on 6379:6379: no such container <- 1 6",
        "8 start shop-cache: it is created <- 7",
        f"9 await cache: {READY} <- 8",
        "10 create shop-web on 3000:3000: no such container <- 1",
        "11 start shop-web: it is created <- 5 9 10",
        f"12 await web: {READY} <- 11",
    ]


def test_a_plan_can_begin_with_another_number(world: World) -> None:
    plan = decide_up(Situation(desired(SMALL), world.engine.observe()), first=7)
    assert [step.id for step in plan.steps] == [7, 8, 9, 10, 11]
    assert plan.steps[2].after == (7, 8)


def test_where_all_stands_nothing_is_left_but_to_ask_each_service(up: World) -> None:
    plan = up.plan()
    assert shown(plan) == [
        f"1 await db: {READY}",
        f"2 await cache: {READY}",
        f"3 await web: {READY}",
    ]
    assert not needs_work(plan)
    assert services_of(plan) == {"db", "cache", "web"}


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        ("image: 'redis:8.0.2'", "image: 'redis:8.0.3'", "image changed"),
        ("ports: [6379]", "ports: [6380:6379]", "ports changed"),
        ("ports: [6379]", "ports: ['6379!:6379']", "ports changed"),
        ("ports: [6379]", "ports: [6379], environment: {A: b}", "environment changed"),
        ("ports: [6379]", "ports: [6379], command: [redis-server]", "command changed"),
        ("ports: [6379]", "ports: [6379], volumes: ['more:/more']", "volumes changed"),
        (
            "ports: [6379]",
            "ports: [6380:6379], environment: {A: b}",
            "environment and ports changed",
        ),
    ],
)
def test_a_change_in_the_profile_is_named(
    world: World, before: str, after: str, cause: str
) -> None:
    world.engine.add_image("redis:8.0.3")
    world.up(SMALL)
    plan = world.plan(SMALL.replace(before, after))
    causes = [s.cause for s in plan.steps if isinstance(s.act, CreateContainer)]
    assert causes == [cause]


def test_what_changed_is_stopped_removed_and_made_anew_in_that_order(world: World) -> None:
    world.up(SMALL)
    assert shown(world.plan(SMALL.replace("[6379]", "[6380:6379]"))) == [
        "1 stop shop-cache: ports changed",
        "2 remove shop-cache: ports changed <- 1",
        "3 create shop-cache on 6380:6379: ports changed <- 2",
        "4 start shop-cache: it is created <- 3",
        f"5 await cache: {READY} <- 4",
    ]


def test_a_change_of_a_label_that_is_no_part_of_the_service_changes_nothing(world: World) -> None:
    """A new version of envcheck, or a profile that got a new description, is no reason to stop."""
    world.up(SMALL)
    assert work(world, SMALL.replace("services:", "description: better now\nservices:")) == []


def test_what_has_ended_is_started_again(up: World) -> None:
    up.engine.stop_container("shop-web", 0)
    assert work(up) == ["3 start shop-web: it is exited <- 1 2"]


def test_what_was_created_and_never_started_is_started(up: World) -> None:
    web = up.engine.store.container("shop-web")
    up.engine.remove_container("shop-web")
    up.engine.create_container(web.spec)
    assert work(up) == ["3 start shop-web: it is created <- 1 2"]


def test_what_ended_need_not_be_stopped_before_it_is_replaced(world: World) -> None:
    world.up(SMALL)
    world.engine.stop_container("shop-cache", 0)
    assert work(world, SMALL.replace("[6379]", "[6380:6379]"))[0] == (
        "1 remove shop-cache: ports changed"
    )


@pytest.mark.parametrize("state", ["dead", "removing"])
def test_what_can_never_run_again_is_made_anew(up: World, state: str) -> None:
    up.engine.store.container("shop-web").status = state
    assert work(up)[0] == f"1 remove shop-web: it is {state}"


def test_an_image_that_is_another_one_now_is_a_reason(up: World) -> None:
    """As after a pull of a tag that moved, or a recipe that was built again."""
    old = up.engine.store.image("redis:8.0.2")
    assert old is not None
    old.tags.remove("redis:8.0.2")
    up.engine.add_image("redis:8.0.2")
    assert work(up)[0] == "1 stop shop-cache: redis:8.0.2 is another image now"


@pytest.mark.parametrize("made_anew", [False, True])
def test_a_container_whose_network_is_gone_is_made_anew(up: World, *, made_anew: bool) -> None:
    """The engine could never start it again, though a network of that name is there."""
    for name in ("shop-db", "shop-cache", "shop-web"):
        up.engine.stop_container(name, 0)
    up.engine.remove_network("shop")
    if made_anew:
        up.engine.create_network(NetworkSpec("shop", {Label.INSTANCE: "shop"}))
    removed = [step for step in up.plan().steps if isinstance(step.act, RemoveContainer)]
    assert [step.cause for step in removed] == ["its network is gone"] * 3
    assert all(outcome.status == "done" for outcome in up.up())
    assert work(up) == []


def test_a_service_that_left_the_profile_goes_and_its_data_stays(up: World) -> None:
    without = SHOP.replace("  cache: {image: 'redis:8.0.2'}\n", "").replace("[db, cache]", "[db]")
    assert work(up, without) == [
        "1 stop shop-cache: no longer in the profile",
        "2 remove shop-cache: no longer in the profile <- 1",
    ]
    up.up(without)
    assert up.engine.observe().volume("shop_cache-data") is not None


def test_a_volume_of_two_services_is_made_once(world: World) -> None:
    both = (
        "name: shop\nservices:\n"
        "  a: {image: 'node:24.21.0', volumes: ['shared:/x']}\n"
        "  b: {image: 'node:24.21.0', volumes: ['shared:/y']}\n"
    )
    assert (
        len([line for line in shown(world.plan(both)) if "create volume shop_shared" in line]) == 1
    )


def test_a_missing_volume_alone_is_no_reason_to_touch_its_container(up: World) -> None:
    """It cannot be missing while a container has it; a lost one comes back with its next start."""
    del up.engine.store.volumes["shop_db-data"]
    assert work(up) == ["1 create volume shop_db-data: no such volume"]


def test_a_service_waits_for_those_that_it_depends_on_only_to_start(world: World) -> None:
    """Its container can be made meanwhile."""
    steps = {said(step.act): set(step.after) for step in world.plan().steps}
    ready = {step.id for step in world.plan().steps if isinstance(step.act, AwaitReady)}
    assert not steps["create shop-web on 3000:3000"] & ready
    assert len(steps["start shop-web"] & ready) == 2


@pytest.mark.parametrize("kind", ["network", "container", "volume"])
def test_a_name_that_is_somebody_elses_is_refused_with_what_to_look_at(
    world: World, kind: str
) -> None:
    name = {"network": "shop", "container": "shop-db", "volume": "shop_db-data"}[kind]
    _put(world, kind, name, {"their": "label"})
    with pytest.raises(ObjectConflict) as caught:
        world.plan()
    assert caught.value.id == "docker.name-taken"
    assert f"a {kind} named '{name}'" in caught.value.what
    assert caught.value.fix is not None
    assert caught.value.fix.commands == (f"docker {kind} inspect {name}",)


@pytest.mark.parametrize("kind", ["network", "container", "volume"])
def test_what_another_instance_owns_is_somebody_elses(world: World, kind: str) -> None:
    name = {"network": "shop", "container": "shop-db", "volume": "shop_db-data"}[kind]
    _put(world, kind, name, {Label.INSTANCE: "another"})
    with pytest.raises(ObjectConflict):
        world.plan()


def test_an_instance_of_another_folder_is_not_taken_over(world: World) -> None:
    """Two clones of one project on one machine, both with the same instance name."""
    labels = {Label.INSTANCE: "shop", Label.ROOT: "/home/anna/another-clone"}
    world.engine.create_network(NetworkSpec("shop", labels))
    with pytest.raises(UsageError) as caught:
        world.plan()
    assert caught.value.id == "instance.elsewhere"
    assert "/home/anna/another-clone" in caught.value.what
    assert caught.value.fix is not None
    assert "--instance" in caught.value.fix.text


def test_a_dead_services_container_is_tried_again(world: World) -> None:
    world.engine.script.by_name["shop-cache"] = dies(1)
    world.up(SMALL)
    assert work(world, SMALL) == ["1 start shop-cache: it is exited"]


@pytest.mark.parametrize(
    ("before", "now", "changed"),
    [
        ("a:1,b:2", "a:1,b:2", ()),
        ("a:1,b:2", "a:9,b:2", ("a",)),
        ("a:1,b:2", "b:9,a:8", ("b", "a")),
        ("a:1", "a:1,new:1", ("new",)),
        ("a:1,gone:1", "a:1", ("gone",)),
        ("", "a:1", ("a",)),
        ("nonsense", "a:1", ("a",)),
    ],
)
def test_fingerprints_name_the_parts_that_differ(
    before: str, now: str, changed: tuple[str, ...]
) -> None:
    assert changed_parts(before, now) == changed


def _put(world: World, kind: str, name: str, labels: dict[str, str]) -> None:
    engine = world.engine
    if kind == "network":
        engine.create_network(NetworkSpec(name, labels))
    elif kind == "volume":
        engine.create_volume(VolumeSpec(name, labels))
    else:
        spec = desired().services["db"].container
        engine.create_container(replace(spec, name=name, labels=labels, mounts=()))
