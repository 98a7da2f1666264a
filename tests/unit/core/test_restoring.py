"""Volumes that are filled from a snapshot: half of one is never started on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envcheck.core.decide import decide_up
from envcheck.core.errors import UsageError
from envcheck.core.observed import SeenVolume
from envcheck.core.past import Past
from envcheck.core.restoring import is_whole, other_major, restored_label
from envcheck.core.situation import Situation
from envcheck.core.spec import Label
from tests.unit.plans import shown
from tests.unit.worlds import World, desired

DATA = "shop_db-data"


@pytest.mark.parametrize(
    ("kind", "saved", "pinned", "other"),
    [
        ("postgres", "17.11", "17.12", False),
        ("postgres", "17.11", "18.1", True),
        ("postgres", "17", "17.11", False),
        ("postgres", "", "18.1", False),
        ("postgres", "17.11", "", False),
        ("mysql", "8.0.40", "8.4.9", True),
        ("mysql", "8.4", "8.4.9", False),
        ("mariadb", "11.4.8", "11.8.9", True),
        ("mongodb", "7.0.1", "8.0.1", True),
        ("redis", "7.4.1", "8.0.2", True),
        ("redis", "8.0.2", "8.2.0", False),
        ("node", "22.1.0", "24.21.0", False),
        ("container", "1.0", "2.0", False),
    ],
)
def test_which_versions_read_each_others_data(
    kind: str, saved: str, pinned: str, *, other: bool
) -> None:
    assert other_major(kind, saved, pinned) is other


def test_a_volume_is_whole_when_its_own_word_is_in_it() -> None:
    label = restored_label("first")
    volume = SeenVolume(DATA, {Label.SNAPSHOT: label})
    assert is_whole(volume, f"{label}\n".encode())
    assert not is_whole(volume, None)
    assert not is_whole(volume, b"\xff")
    # The word of another time, which came with the data.
    assert not is_whole(volume, restored_label("first").encode())


def down_with(label: str, *, half: bool) -> Situation:
    """The shop without containers, and a volume that bears this label."""
    world = World()
    world.up()
    for container in [*world.engine.store.containers.values()]:
        world.engine.remove_container(container.id)
    volume = world.engine.store.volumes[DATA]
    volume.labels = {**volume.labels, Label.SNAPSHOT: label}
    past = Past(halves=frozenset({DATA} if half else ()))
    return Situation(desired(), world.engine.observe(), past=past)


def test_no_service_is_started_on_half_of_its_data() -> None:
    label = restored_label("first")
    assert decide_up(down_with(label, half=False))
    with pytest.raises(UsageError) as caught:
        decide_up(down_with(label, half=True))
    assert caught.value.id == "snapshot.unfinished"
    assert DATA in caught.value.what
    assert caught.value.fix is not None
    assert caught.value.fix.commands == (
        "envcheck snapshot restore shop first",
        "envcheck clean shop --only db",
    )


def test_another_instance_is_named_in_the_way_out() -> None:
    now = down_with(restored_label("first"), half=True)
    owner = replace(now.desired.owner, profile="store")
    with pytest.raises(UsageError) as caught:
        decide_up(replace(now, desired=replace(now.desired, owner=owner)))
    assert caught.value.fix is not None
    assert caught.value.fix.commands[0].startswith(
        "envcheck snapshot restore store --instance shop first"
    )


def test_half_of_what_a_seed_makes_again_is_thrown_away() -> None:
    plan = shown(decide_up(down_with(restored_label("seeded", seeded=True), half=True)))
    cause = "putting back what its seed had made was not finished"
    assert any(f"remove volume {DATA}: {cause}" in line for line in plan)
    assert any(f"create volume {DATA}: {cause}" in line for line in plan)
