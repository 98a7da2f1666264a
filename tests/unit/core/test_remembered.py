"""What labels tell of instances when the ledger is lost."""

from __future__ import annotations

from envcheck.core.observed import Observed, SeenContainer, SeenImage, SeenNetwork, SeenVolume
from envcheck.core.remembered import RememberedInstance, from_labels
from envcheck.core.spec import Label

LABELS = {
    Label.INSTANCE: "shop",
    Label.PROFILE: "webapp",
    Label.ROOT: "/code",
    Label.FINGERPRINT: "image:1",
    Label.SERVICE: "db",
}
MADE = {Label.VERSION: "1", Label.RECIPE: "redis:8"}


def container(name: str, image: str, image_id: str, **ports: int) -> SeenContainer:
    numbers = {int(inside[1:]): host for inside, host in ports.items()}
    return SeenContainer(name, name, "running", image, image_id, LABELS, numbers)


def test_images_ports_profile_and_folder_are_told() -> None:
    seen = Observed(
        containers=(
            container("shop-db", "postgres:17", "i1", p5432=15432),
            container("shop-cache", "envcheck.local/redis:8", "i2"),
            SeenContainer("x", "x", "running", "node:24", "i3", {}),
        ),
        images=(
            SeenImage("i1", ("postgres:17",), (), {}, 1),
            SeenImage("i2", ("envcheck.local/redis:8",), (), MADE, 1),
        ),
    )
    images = {"postgres:17": False, "envcheck.local/redis:8": True}
    found = RememberedInstance("shop", "webapp", "/code", images, {("db", 5432): 15432})
    assert from_labels(seen) == (found,)


def test_an_instance_of_which_only_data_is_left_is_told_too() -> None:
    seen = Observed(
        networks=(SeenNetwork("n", "bridge", {}),), volumes=(SeenVolume("shop_data", LABELS),)
    )
    assert from_labels(seen) == (RememberedInstance("shop", "webapp", "/code", {}, {}),)


def test_of_what_is_not_ours_nothing_is_told() -> None:
    seen = Observed(containers=(SeenContainer("x", "x", "running", "node:24", "i3", {}),))
    assert from_labels(seen) == ()
