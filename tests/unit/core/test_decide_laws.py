"""Laws of `up`: it comes to rest, from wherever it starts, and touches nothing that is not ours."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envcheck.core.decide import decide_up, needs_work
from envcheck.core.errors import ObjectConflict
from envcheck.core.observed import Observed, owned
from envcheck.core.situation import Situation
from tests import effort
from tests.unit.plans import shown, touched
from tests.unit.random_worlds import (
    IMAGES,
    Mischief,
    Strangers,
    commit,
    mischief,
    profiles,
    strangers,
)
from tests.unit.worlds import World, desired

if TYPE_CHECKING:
    from envcheck.core.plan import Plan

few = settings(max_examples=effort.few(15), deadline=None)


class Killed(BaseException):
    """The end of the process, at the worst moment."""


def world() -> World:
    found = World()
    for tag in IMAGES:
        if found.engine.store.image(tag) is None:
            found.engine.add_image(tag)
    return found


def settled(found: World, text: str) -> None:
    """Assert that the instance is up and that another `up` would do nothing."""
    plan = found.plan(text)
    assert not needs_work(plan), shown(plan)
    observed = found.engine.observe()
    for service in desired(text).services.values():
        seen = observed.container(service.container.name)
        if service.job:
            assert found.records.jobs[service.name].done
            continue
        assert seen is not None
        assert seen.state == "running"
        assert set(seen.ports) == {port.container for port in service.ports}


@few
@given(profiles())
def test_after_up_there_is_nothing_to_do(text: str) -> None:
    found = world()
    assert {outcome.status for outcome in found.up(text)} == {"done"}
    settled(found, text)


@few
@given(profiles(), profiles(), mischief())
def test_up_comes_to_rest_whatever_stood_there(
    before: str, after: str, deeds: list[Mischief]
) -> None:
    found = world()
    found.up(before)
    for deed in deeds:
        commit(found, deed)
    assert {outcome.status for outcome in found.up(after)} == {"done"}
    settled(found, after)
    services = desired(after).services.values()
    names = {container.name for container in found.engine.observe().containers}
    # The container of a job that is done is of no use any more but for its log.
    assert {s.container.name for s in services if not s.job} <= names
    assert names <= {service.container.name for service in services}


@few
@given(profiles(), profiles(), mischief())
def test_up_keeps_every_volume(before: str, after: str, deeds: list[Mischief]) -> None:
    found = world()
    found.up(before)
    for deed in deeds:
        commit(found, deed)
    volumes = set(found.engine.store.volumes)
    found.up(after)
    assert volumes <= set(found.engine.store.volumes)


@few
@given(profiles(), profiles(), st.integers(0, 25))
def test_an_up_that_is_killed_anywhere_is_finished_by_the_next(
    before: str, after: str, acts: int
) -> None:
    found = world()
    found.up(before)
    limit = len(found.engine.acts) + acts

    def die(_what: tuple[str, str]) -> None:
        if len(found.engine.acts) >= limit:
            raise Killed

    found.engine.before_each_act = die
    try:
        found.up(after)
    except Killed:
        found.engine.before_each_act = lambda _what: None
        assert {outcome.status for outcome in found.up(after)} == {"done"}
    settled(found, after)


@few
@given(profiles())
def test_every_step_waits_only_for_earlier_ones(text: str) -> None:
    """So a plan can be carried out one by one, from top to bottom."""
    found = world()
    plan: Plan = found.plan(text)
    assert [step.id for step in plan.steps] == list(range(1, len(plan.steps) + 1))
    assert all(need < step.id for step in plan.steps for need in step.after)


@few
@given(profiles(), profiles(), strangers())
def test_what_is_not_ours_is_never_touched(before: str, after: str, crowd: Strangers) -> None:
    found = world()
    found.up(before)
    ours = found.engine.observe()
    observed = Observed(
        containers=(*crowd.containers, *ours.containers),
        networks=(*crowd.networks, *ours.networks),
        volumes=(*crowd.volumes, *ours.volumes),
        images=(*crowd.images, *ours.images),
    )
    try:
        plan = decide_up(Situation(desired(after), observed))
    except ObjectConflict:
        return  # a stranger has a name that we need: then there is no plan at all
    mine = {c.id for c in observed.containers if owned(c.labels, "shop")}
    mine |= {c.name for c in observed.containers if owned(c.labels, "shop")}
    assert {name for _, name in touched(plan)} <= mine


@few
@given(profiles(), st.sampled_from(["network", "container", "volume"]))
def test_where_a_stranger_has_our_name_there_is_no_plan(text: str, kind: str) -> None:
    found = world()
    found.up(text)
    observed = found.engine.observe()
    if kind == "network":
        observed = replace(
            observed, networks=tuple(replace(n, labels={}) for n in observed.networks)
        )
    elif kind == "container":
        first, *others = observed.containers
        observed = replace(observed, containers=(replace(first, labels={}), *others))
    elif observed.volumes:
        observed = replace(observed, volumes=tuple(replace(v, labels={}) for v in observed.volumes))
    else:
        return
    with pytest.raises(ObjectConflict):
        decide_up(Situation(desired(text), observed))
