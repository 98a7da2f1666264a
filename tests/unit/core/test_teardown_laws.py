"""Laws of taking away: nothing without our label, everything with it, from wherever one starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from envcheck.core.observed import Observed
from envcheck.core.spec import Label
from envcheck.core.teardown import Known, decide_clean, decide_down, leftovers
from tests import effort
from tests.unit.plans import touched
from tests.unit.random_worlds import (
    IMAGES,
    Mischief,
    Strangers,
    commit,
    mischief,
    profiles,
    strangers,
)
from tests.unit.worlds import World

if TYPE_CHECKING:
    from envcheck.core.plan import Plan

few = settings(max_examples=effort.few(15), deadline=None)
NOTHING = Known(frozenset(), frozenset(), {}, frozenset())


class Killed(BaseException):
    """The end of the process, at the worst moment."""


def crowd_of(found: Strangers) -> Observed:
    return Observed(found.containers, found.networks, found.volumes, found.images)


def foreign(observed: Observed) -> set[str]:
    """The ids and names of everything but the instance's own, and recipes that no instance has."""
    things = (
        *((c.id, c.labels) for c in observed.containers),
        *((n.id, n.labels) for n in observed.networks),
        *((v.name, v.labels) for v in observed.volumes),
    )
    names = {name for name, labels in things if labels.get(Label.INSTANCE) != "shop"}
    for image in observed.images:
        ours = all(tag.startswith("envcheck.local/") for tag in image.tags)
        nobodys = Label.INSTANCE not in image.labels and Label.VERSION in image.labels
        if image.labels.get(Label.INSTANCE) != "shop" and not (ours and nobodys):
            names |= {image.id, *image.tags}
    return names


@few
@given(strangers())
def test_down_among_strangers_alone_does_nothing(crowd: Strangers) -> None:
    assert not decide_down("shop", crowd_of(crowd))


@few
@given(strangers(), st.sets(st.sampled_from(["fi0", "fi1", "fi2"])))
def test_clean_among_strangers_alone_touches_no_foreign_thing(
    crowd: Strangers, before: set[str]
) -> None:
    """Whatever their names: those are exactly ours."""
    known = Known(frozenset(), frozenset(before), {}, frozenset())
    plan, _ = decide_clean("shop", crowd_of(crowd), known)
    assert not {name for _, name in touched(plan)} & foreign(crowd_of(crowd))
    assert {kind for kind, _ in touched(plan)} <= {"image"}  # a recipe that nobody uses any more


@few
@given(profiles(), strangers())
def test_clean_takes_all_of_ours_and_nothing_of_theirs(text: str, crowd: Strangers) -> None:
    world = World()
    world.engine.add_image("redis:8.0.3")
    world.up(text)
    ours, theirs = world.engine.observe(), crowd_of(crowd)
    observed = Observed(
        (*theirs.containers, *ours.containers),
        (*theirs.networks, *ours.networks),
        (*theirs.volumes, *ours.volumes),
        (*theirs.images, *ours.images),
    )
    plan, _ = decide_clean("shop", observed, NOTHING)
    names = {name for kind, name in touched(plan) if kind != "image"}
    assert names == {
        *(container.id for container in ours.containers),
        *(network.id for network in ours.networks),
        *(volume.name for volume in ours.volumes),
    }


@few
@given(profiles(), mischief())
def test_clean_leaves_nothing_whatever_happened_before(text: str, deeds: list[Mischief]) -> None:
    world = started(text)
    for deed in deeds:
        commit(world, deed)
    finish(world, decide_clean("shop", world.engine.observe(), NOTHING)[0])
    assert leftovers("shop", world.engine.observe()) == ()


@few
@given(profiles(), st.integers(0, 12))
def test_a_clean_that_is_killed_anywhere_is_finished_by_the_next(text: str, acts: int) -> None:
    world = started(text)
    limit = len(world.engine.acts) + acts

    def die(_what: tuple[str, str]) -> None:
        if len(world.engine.acts) >= limit:
            raise Killed

    world.engine.before_each_act = die
    try:
        world.carry_out(decide_clean("shop", world.engine.observe(), NOTHING)[0], text)
    except Killed:
        world.engine.before_each_act = lambda _what: None
        finish(world, decide_clean("shop", world.engine.observe(), NOTHING)[0])
    assert leftovers("shop", world.engine.observe()) == ()


@few
@given(profiles())
def test_down_then_up_is_up_again(text: str) -> None:
    world = started(text)
    volumes = set(world.engine.store.volumes)
    finish(world, decide_down("shop", world.engine.observe()))
    assert set(world.engine.store.volumes) == volumes
    assert {outcome.status for outcome in world.up(text)} == {"done"}


def started(text: str) -> World:
    world = World()
    for tag in IMAGES:
        if world.engine.store.image(tag) is None:
            world.engine.add_image(tag)
    world.up(text)
    return world


def finish(world: World, plan: Plan) -> None:
    assert {outcome.status for outcome in world.carry_out(plan)} <= {"done"}
