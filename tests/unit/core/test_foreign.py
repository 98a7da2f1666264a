"""Who has our names: all that is in the way at once, and whose an instance is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envcheck.core import foreign
from envcheck.core.errors import ObjectConflict
from envcheck.core.events import Kept
from envcheck.core.observed import Observed, SeenContainer, SeenImage, SeenNetwork, SeenVolume
from envcheck.core.spec import Label
from tests.unit.worlds import ROOT, World, desired, owner

OURS = {Label.INSTANCE: "shop", Label.SERVICE: "db", Label.FINGERPRINT: "image:1"}


def test_all_that_is_in_the_way_is_named_at_once() -> None:
    crowd = Observed(
        containers=(SeenContainer("1", "shop-db", "exited", "x", "sha256:1", {}),),
        networks=(SeenNetwork("2", "shop", {}),),
        volumes=(SeenVolume("shop_db-data", {Label.INSTANCE: "shop_db"}),),
    )
    with pytest.raises(ObjectConflict) as caught:
        foreign.refuse_foreign(desired(), crowd)
    error = caught.value
    assert error.what == (
        "3 names are taken already, by what is not ours: "
        "network 'shop', container 'shop-db', volume 'shop_db-data'"
    )
    assert error.evidence == (
        "network shop does not bear the label dev.envcheck.instance",
        "container shop-db does not bear the label dev.envcheck.instance",
        "volume shop_db-data belongs to instance shop_db",
    )
    assert error.fix is not None
    assert len(error.fix.commands) == 3


def test_a_second_network_of_our_name_is_in_the_way_though_the_first_is_ours() -> None:
    both = (SeenNetwork("1", "shop", owner().labels()), SeenNetwork("2", "shop", {}))
    found = list(foreign.in_the_way("shop", [("network", "shop")], Observed(networks=both)))
    assert found == [foreign.Foreign("network", "shop")]


def test_what_somebody_runs_of_our_image_under_our_name_is_not_ours() -> None:
    """It has inherited the labels of the image."""
    labels = {**OURS, Label.FINGERPRINT: "0123456789abcdef"}
    theirs = SeenContainer("1", "shop-db", "exited", "x", "sha256:1", labels)
    found = foreign.in_the_way("shop", [("container", "shop-db")], Observed(containers=(theirs,)))
    assert list(found) == [foreign.Foreign("container", "shop-db")]


def test_an_image_is_ours_whatever_instance_it_was_built_for_where_its_name_is_true() -> None:
    marks = [digit * 16 for digit in "abcd"]
    tags = [f"envcheck.local/shop-web:{mark}" for mark in marks]
    built = {Label.INSTANCE: "shop-two", Label.FINGERPRINT: marks[0]}
    upon_ours = {Label.INSTANCE: "shop", Label.FINGERPRINT: marks[0]}
    recipe = {Label.RECIPE: "redis:8.0.2", Label.FINGERPRINT: marks[3]}
    seen = tuple(
        SeenImage(f"sha256:{tag}", (tag,), (), labels, 1)
        for tag, labels in zip(tags, (built, upon_ours, {}, recipe), strict=True)
    )
    observed = Observed(images=seen)
    found = foreign.in_the_way("shop", [("image", tag) for tag in tags], observed)
    assert [thing.name for thing in found] == tags[1:]


def test_clean_tells_of_images_that_bear_our_names_and_no_label_of_ours() -> None:
    tag = "envcheck.local/shop-web:0123456789abcdef"
    theirs = SeenImage("sha256:1", (tag,), (), {}, 1)
    ours = SeenImage("sha256:2", ("envcheck.local/shop-web:b",), (), {Label.VERSION: "1.0"}, 1)
    observed = Observed(images=(theirs, ours))
    names = [*foreign.foreign_builds("shop", observed)]
    assert foreign.left_alone("shop", names, observed) == (
        Kept("image", tag, "it is not ours: it is none that envcheck made under this name"),
    )


def test_a_recipe_s_name_is_a_recipe_s_image_s_alone() -> None:
    recipe = {Label.RECIPE: "redis:8.0.2"}
    upon_it = {**recipe, Label.INSTANCE: "shop"}
    for labels, ours in ((recipe, True), (upon_it, False), ({}, False)):
        observed = Observed(
            images=(SeenImage("sha256:1", ("envcheck.local/redis:8.0.2",), (), labels, 1),)
        )
        found = [*foreign.in_the_way("", [("image", "envcheck.local/redis:8.0.2")], observed)]
        assert (found == []) is ours


def test_the_names_of_an_instance_are_known_from_its_labels_too() -> None:
    world = World()
    world.up()
    by_labels = {*foreign.names_by_labels("shop", world.engine.observe())}
    assert by_labels >= {*foreign.names_of(desired())}


def test_an_instance_belongs_to_the_folder_on_its_labels_images_left_out() -> None:
    world = World()
    assert foreign.other_root(replace(owner(), root="/other"), world.engine.observe()) is None
    world.up()
    observed = world.engine.observe()
    assert foreign.other_root(owner(), observed) is None
    assert foreign.other_root(replace(owner(), root="/other"), observed) == ROOT
    built = SeenImage("sha256:1", (), (), owner().labels(), 1)
    only = Observed(images=(built,))
    assert foreign.other_root(replace(owner(), root="/other"), only) is None


@pytest.mark.parametrize("gone", [False, True])
def test_the_way_out_goes_by_labels_alone(*, gone: bool) -> None:
    error = foreign.elsewhere("shop", ROOT, gone=gone)
    assert (error.id, ROOT in error.what, "gone" in error.what) == (
        "instance.elsewhere",
        True,
        gone,
    )
    assert error.fix is not None
    assert error.fix.commands == (
        "envcheck down --instance shop",
        "envcheck clean --instance shop",
    )
