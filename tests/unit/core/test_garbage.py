"""What is left over, and what only looks so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envcheck.core.garbage import AGE, Witness, garbage
from envcheck.core.observed import Observed, SeenContainer, SeenImage
from envcheck.core.spec import Label

NOW = 1_800_000_000.0
LONG_AGO = NOW - AGE - 1
LIVES = {"1.1@here": True, "2.2@here": False}
WITNESS = Witness(LIVES.get, NOW, frozenset())
REDIS = {Label.RECIPE: "redis:8.0.2", Label.VERSION: "1.0"}


def container(mark: str = "", *, created: float = NOW, image: str = "sha256:1") -> SeenContainer:
    labels = {Label.VERSION: "1.0", **({Label.PROCESS: mark} if mark else {})}
    return SeenContainer("c1", "happy_curie", "exited", "x", image, labels, created=created)


def image(
    id: str, tag: str = "", *, created: float = LONG_AGO, labels: dict[str, str] | None = None
) -> SeenImage:
    return SeenImage(id, (tag,) if tag else (), (), REDIS if labels is None else labels, 7, created)


def found(observed: Observed, witness: Witness = WITNESS) -> list[str]:
    return [one.name for one in garbage(observed, witness)]


@pytest.mark.parametrize(
    ("mark", "created", "left"),
    [
        ("2.2@here", NOW, True),
        ("1.1@here", LONG_AGO, False),
        ("3.3@there", NOW, False),
        ("3.3@there", LONG_AGO, True),
        ("3.3@there", 0.0, False),
        ("", LONG_AGO, False),
    ],
)
def test_a_container_for_one_command_is_left_over_when_nobody_will_remove_it(
    mark: str, created: float, *, left: bool
) -> None:
    observed = Observed(containers=(container(mark, created=created),))
    assert bool(found(observed)) is left


def test_an_image_from_a_recipe_is_left_over_when_nobody_uses_it() -> None:
    redis = image("sha256:1", "envcheck.local/redis:8.0.2")
    observed = Observed(images=(redis,))
    assert found(observed) == ["envcheck.local/redis:8.0.2"]
    (one,) = garbage(observed, WITNESS)
    assert (one.command, one.size) == ("docker rmi envcheck.local/redis:8.0.2", 7)
    assert found(observed, replace(WITNESS, used=frozenset({redis.id}))) == []
    assert found(observed, replace(WITNESS, sure=False)) == []
    assert found(observed, replace(WITNESS, building=True)) == []
    assert found(replace(observed, containers=(container("1.1@here"),))) == []
    held_by_the_dead = replace(observed, containers=(container("2.2@here"),))
    assert found(held_by_the_dead) == ["happy_curie", "envcheck.local/redis:8.0.2"]


def test_the_base_goes_last_and_only_where_nothing_that_is_used_builds_upon_it() -> None:
    base = image("sha256:0", "envcheck.local/debian:trixie", labels={**REDIS, Label.RECIPE: "base"})
    redis = image("sha256:1", "envcheck.local/redis:8.0.2")
    observed = Observed(images=(base, redis))
    assert found(observed) == [redis.tags[0], base.tags[0]]
    assert found(observed, replace(WITNESS, used=frozenset({redis.id}))) == []


def test_what_a_build_leaves_for_a_moment_is_left_over_when_it_is_old() -> None:
    candidate = "envcheck.local/redis:candidate-8.0.2"
    for tag in ("", candidate):
        old, new = image("sha256:1", tag), image("sha256:1", tag, created=NOW)
        assert found(Observed(images=(old,))) == [tag or "sha256:1"]
        assert found(Observed(images=(new,))) == []


def test_what_is_an_instances_or_somebody_elses_is_not_left_over() -> None:
    of_shop = {Label.INSTANCE: "shop", Label.VERSION: "1.0"}
    crowd = (
        image("sha256:1", "envcheck.local/shop-web:1", labels=of_shop),
        image("sha256:2", labels=of_shop),
        image("sha256:3", "anna/redis:8.0.2"),
        image("sha256:4", "redis:8.0.2", labels={}),
        image("sha256:5", labels={}),
    )
    assert found(Observed(images=crowd)) == []
