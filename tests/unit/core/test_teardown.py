"""What `down` and `clean` decide: what goes, in which order, and what stays and why."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from envcheck.core.events import Kept
from envcheck.core.observed import Observed, SeenImage
from envcheck.core.plan import RemoveContainer, RemoveImage, RemoveNetwork, RemoveVolume
from envcheck.core.recipe import BY_HAND
from envcheck.core.spec import Label
from envcheck.core.teardown import Known, decide_clean, decide_down, leftovers
from tests.unit.plans import said, shown
from tests.unit.worlds import World, desired

if TYPE_CHECKING:
    from envcheck.core.plan import Plan
    from tests.fake.things import Image

ASKED = "down keeps the data and removes the rest"
CLEANED = "clean removes everything of the instance"
NOTHING = Known(frozenset(), frozenset(), {}, frozenset())
OF_SHOP = {Label.INSTANCE: "shop", Label.SERVICE: "web", Label.VERSION: "1.0"}


@pytest.fixture
def up() -> World:
    """An engine on which the shop is up."""
    world = World()
    world.up()
    return world


def brought(*images: Image) -> Known:
    """What is known where the instance pulled these images."""
    names = frozenset(tag for image in images for tag in image.tags)
    return Known(frozenset(image.id for image in images), frozenset(), {}, names)


def removed_images(plan: Plan) -> list[str]:
    return [said(step.act) for step in plan.steps if "remove image" in said(step.act)]


def test_down_stops_then_removes_containers_then_the_network(up: World) -> None:
    assert shown(decide_down("shop", up.engine.observe())) == [
        f"1 stop shop-cache: {ASKED}",
        f"2 remove shop-cache: {ASKED} <- 1",
        f"3 stop shop-db: {ASKED}",
        f"4 remove shop-db: {ASKED} <- 3",
        f"5 stop shop-web: {ASKED}",
        f"6 remove shop-web: {ASKED} <- 5",
        f"7 remove network shop: {ASKED} <- 2 4 6",
    ]


def test_down_does_not_stop_what_does_not_run(up: World) -> None:
    up.engine.stop_container("shop-cache", 0)
    assert shown(decide_down("shop", up.engine.observe()))[0] == f"1 remove shop-cache: {ASKED}"


def test_down_keeps_volumes_and_images(up: World) -> None:
    volumes, images = set(up.engine.store.volumes), set(up.engine.store.images)
    up.carry_out(decide_down("shop", up.engine.observe()))
    assert set(up.engine.store.volumes) == volumes
    assert set(up.engine.store.images) == images
    assert up.engine.store.containers == {}
    assert up.engine.store.networks == {}


def test_down_of_nothing_is_nothing() -> None:
    assert not decide_down("shop", World().engine.observe())


def test_data_survives_a_down_and_an_up(up: World) -> None:
    up.carry_out(decide_down("shop", up.engine.observe()))
    assert not [line for line in shown(up.plan()) if "create volume" in line]


def test_clean_kills_and_takes_the_data_too(up: World) -> None:
    plan, kept = decide_clean("shop", up.engine.observe(), NOTHING)
    assert kept == ()
    assert shown(plan) == [
        f"1 remove shop-cache: {CLEANED}",
        f"2 remove shop-db: {CLEANED}",
        f"3 remove shop-web: {CLEANED}",
        f"4 remove network shop: {CLEANED} <- 1 2 3",
        f"5 remove volume shop_cache-data: {CLEANED} <- 1 2 3",
        f"6 remove volume shop_db-data: {CLEANED} <- 1 2 3",
    ]


def test_after_clean_nothing_bears_the_label(up: World) -> None:
    up.engine.add_image("envcheck.local/shop-web:abc", labels=OF_SHOP)
    plan, _ = decide_clean("shop", up.engine.observe(), NOTHING)
    outcomes = up.carry_out(plan)
    assert {outcome.status for outcome in outcomes} == {"done"}
    assert leftovers("shop", up.engine.observe()) == ()
    assert not decide_clean("shop", up.engine.observe(), NOTHING)[0]


def test_clean_removes_an_image_that_the_instance_brought_after_its_containers(up: World) -> None:
    redis = up.engine.store.image("redis:8.0.2")
    assert redis is not None
    plan, kept = decide_clean("shop", up.engine.observe(), brought(redis))
    assert removed_images(plan) == ["remove image redis:8.0.2"]
    containers = {s.id for s in plan.steps if isinstance(s.act, RemoveContainer)}
    assert set(plan.steps[-1].after) == containers
    assert kept == ()


def test_clean_keeps_an_image_that_was_here_before(up: World) -> None:
    redis = up.engine.store.image("redis:8.0.2")
    assert redis is not None
    known = replace(brought(redis), before=frozenset({redis.id}))
    plan, kept = decide_clean("shop", up.engine.observe(), known)
    assert removed_images(plan) == []
    assert kept == (Kept("image", "redis:8.0.2", "it was here before envcheck"),)


def test_clean_keeps_an_image_that_a_foreign_container_uses(up: World) -> None:
    redis = up.engine.store.image("redis:8.0.2")
    assert redis is not None
    spec = desired().services["cache"].container
    up.engine.create_container(replace(spec, name="theirs", labels={}))
    plan, kept = decide_clean("shop", up.engine.observe(), brought(redis))
    assert removed_images(plan) == []
    assert kept == (Kept("image", "redis:8.0.2", "container theirs uses it"),)


def test_clean_keeps_an_image_that_another_instance_uses(up: World) -> None:
    redis = up.engine.store.image("redis:8.0.2")
    assert redis is not None
    known = replace(brought(redis), elsewhere={redis.id: "shop-two"})
    _, kept = decide_clean("shop", up.engine.observe(), known)
    assert kept == (Kept("image", "redis:8.0.2", "instance shop-two uses it"),)


def test_clean_keeps_what_a_person_had_built(up: World) -> None:
    redis = up.engine.store.image("redis:8.0.2")
    assert redis is not None
    known = replace(brought(redis), elsewhere={redis.id: BY_HAND})
    plan, kept = decide_clean("shop", up.engine.observe(), known)
    assert removed_images(plan) == []
    reason = "it was built with `recipe build`; `docker rmi redis:8.0.2` removes it"
    assert kept == (Kept("image", "redis:8.0.2", reason),)


def test_clean_removes_built_images_and_their_unnamed_stages_before_their_base(up: World) -> None:
    recipe = {Label.RECIPE: "node:24.21.0", Label.VERSION: "1.0"}
    base = up.engine.add_image(
        "envcheck.local/debian:trixie", labels={**recipe, Label.RECIPE: "base"}
    )
    node = up.engine.add_image("envcheck.local/node:24.21.0", labels=recipe, parent=base.id)
    up.engine.add_image("envcheck.local/shop-web:abc", labels=OF_SHOP, parent=node.id)
    stage = up.engine.add_image(labels=OF_SHOP, parent=node.id)
    plan, kept = decide_clean("shop", up.engine.observe(), NOTHING)
    assert removed_images(plan) == [
        "remove image envcheck.local/shop-web:abc",
        f"remove image {stage.id}",
        "remove image envcheck.local/node:24.21.0",
        "remove image envcheck.local/debian:trixie",
    ]
    assert kept == ()
    images = [step for step in plan.steps if "remove image" in said(step.act)]
    assert all(images[at - 1].id in images[at].after for at in range(1, 4))
    assert {outcome.status for outcome in up.carry_out(plan)} == {"done"}


def test_clean_takes_every_name_that_we_gave_an_image(up: World) -> None:
    up.engine.add_image(
        "envcheck.local/shop-web:abc", "envcheck.local/shop-web:old", labels=OF_SHOP
    )
    plan, _ = decide_clean("shop", up.engine.observe(), NOTHING)
    assert removed_images(plan) == [
        "remove image envcheck.local/shop-web:abc",
        "remove image envcheck.local/shop-web:old",
    ]


def test_clean_leaves_the_name_that_somebody_else_gave_a_built_image(up: World) -> None:
    up.engine.add_image("envcheck.local/shop-web:abc", "anna/release:1.0", labels=OF_SHOP)
    plan, kept = decide_clean("shop", up.engine.observe(), NOTHING)
    assert removed_images(plan) == ["remove image envcheck.local/shop-web:abc"]
    assert kept == (Kept("image", "anna/release:1.0", "somebody else gave it this name"),)
    up.carry_out(plan)
    left = {(thing.kind, thing.name) for thing in kept}
    assert set(leftovers("shop", up.engine.observe())) == left


def test_clean_leaves_the_name_that_somebody_else_gave_a_pulled_image(up: World) -> None:
    redis = up.engine.store.image("redis:8.0.2")
    assert redis is not None
    known = brought(redis)
    redis.tags.append("anna/cache:1.0")
    plan, kept = decide_clean("shop", up.engine.observe(), known)
    assert removed_images(plan) == ["remove image redis:8.0.2"]
    assert kept == (Kept("image", "anna/cache:1.0", "somebody else gave it this name"),)


def test_clean_leaves_an_image_that_somebody_built_upon_ours(up: World) -> None:
    """It has inherited all our labels."""
    up.engine.add_image("anna/own:1.0", labels=OF_SHOP)
    up.engine.add_image(
        "anna/other:1.0", labels={Label.RECIPE: "node:24.21.0", Label.VERSION: "1.0"}
    )
    plan, kept = decide_clean("shop", up.engine.observe(), NOTHING)
    assert removed_images(plan) == []
    assert [thing.name for thing in kept] == ["anna/own:1.0"]


def test_an_image_that_was_pulled_by_its_digest_goes_by_its_id(up: World) -> None:
    image = up.engine.add_image(digests=(f"redis@sha256:{'d' * 64}",))
    plan, _ = decide_clean("shop", up.engine.observe(), brought(image))
    assert removed_images(plan) == [f"remove image {image.id}"]


def run_by_somebody(world: World, name: str) -> str:
    """Somebody runs a container of an image that we built; its id. It inherits our labels."""
    built = {**OF_SHOP, Label.FINGERPRINT: "0123456789abcdef"}
    world.engine.add_image("envcheck.local/shop-web:abc", labels=built)
    spec = desired().services["web"].container
    theirs = replace(spec, name=name, labels={}, image="envcheck.local/shop-web:abc", ports=())
    world.engine.create_container(theirs)
    seen = world.engine.observe().container(name)
    assert seen is not None
    assert seen.labels[Label.INSTANCE] == "shop"
    return seen.id


def test_what_somebody_runs_of_our_image_is_not_ours(up: World) -> None:
    theirs = run_by_somebody(up, "looking-around")
    observed = up.engine.observe()
    plans = (decide_down("shop", observed), decide_clean("shop", observed, NOTHING)[0], up.plan())
    for plan in plans:
        ids = [step.act.id for step in plan.steps if isinstance(step.act, RemoveContainer)]
        assert theirs not in ids
    assert leftovers("shop", observed) == (
        *(("container", name) for name in ("shop-cache", "shop-db", "shop-web")),
        ("network", "shop"),
        *(("volume", name) for name in ("shop_cache-data", "shop_db-data")),
        ("image", "envcheck.local/shop-web:abc"),
    )
    kept = decide_clean("shop", observed, NOTHING)[1]
    assert [thing.reason for thing in kept] == ["container looking-around uses it"]


def test_one_instance_of_a_profile_is_not_the_others_business(up: World) -> None:
    observed = up.engine.observe()
    assert not decide_down("shop-two", observed)
    assert decide_clean("shop-two", observed, NOTHING) == (decide_down("nobody", observed), ())


def test_a_volume_that_the_engine_made_by_itself_is_kept(up: World) -> None:
    """It bears no label, so nobody knows whose it is."""
    spec = desired().services["cache"].container
    up.engine.store.volumes.pop("shop_cache-data")
    up.engine.remove_container("shop-cache")
    up.engine.create_container(spec)
    plan, _ = decide_clean("shop", up.engine.observe(), NOTHING)
    names = [step.act.name for step in plan.steps if isinstance(step.act, RemoveVolume)]
    assert names == ["shop_db-data"]


def test_every_network_that_bears_the_label_goes_by_its_id(up: World) -> None:
    """An engine allows several of one name, and a name would mean any of them."""
    networks = [
        s.act
        for s in decide_down("shop", up.engine.observe()).steps
        if isinstance(s.act, RemoveNetwork)
    ]
    assert [act.id for act in networks] == [*up.engine.store.networks]


MIRRORED = f"mirror.example/library/redis@sha256:{'d' * 64}"


@pytest.mark.parametrize(
    ("tags", "digests", "removed"),
    [
        (("redis:8.0.2",), (MIRRORED,), ["redis:8.0.2", MIRRORED]),
        (("redis:8.0.2",), (f"redis@sha256:{'d' * 64}",), ["redis:8.0.2"]),
        ((), (MIRRORED,), ["sha256:i"]),
        ((), (MIRRORED, f"redis@sha256:{'d' * 64}"), [MIRRORED]),
    ],
)
def test_what_came_from_a_mirror_is_removed_by_each_of_its_names(
    tags: tuple[str, ...], digests: tuple[str, ...], removed: list[str]
) -> None:
    image = SeenImage("sha256:i", tags, digests, {}, 1)
    names = frozenset({"redis:8.0.2", MIRRORED})
    known = Known(frozenset({"sha256:i"}), frozenset(), {}, names)
    plan, kept = decide_clean("shop", Observed(images=(image,)), known)
    acts = [step.act for step in plan.steps]
    assert [act.reference for act in acts if isinstance(act, RemoveImage)] == removed
    assert kept == ()
