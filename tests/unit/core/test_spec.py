"""Names and labels of what we create, and fingerprints that stay the same."""

from __future__ import annotations

from envcheck.core.spec import (
    Label,
    Owner,
    built_image,
    container_name,
    data_volume_name,
    fingerprint,
    network_name,
    volume_name,
)

OWNER = Owner("shop", "shop-two", "/home/anna/shop", "1.0")


def test_names_are_those_of_the_design() -> None:
    assert network_name("shop") == "shop"
    assert container_name("shop", "db") == "shop-db"
    assert volume_name("shop", "uploads") == "shop_uploads"
    assert data_volume_name("shop", "db") == "shop_db-data"
    assert built_image("shop", "web", "abc") == "envcheck.local/shop-web:abc"


def test_everything_says_whose_it_is() -> None:
    assert OWNER.labels() == {
        "dev.envcheck.profile": "shop",
        "dev.envcheck.instance": "shop-two",
        "dev.envcheck.root": "/home/anna/shop",
        "dev.envcheck.version": "1.0",
    }
    more = OWNER.labels(service="db", fingerprint="f")
    assert more == {**OWNER.labels(), Label.SERVICE: "db", Label.FINGERPRINT: "f"}


def test_a_fingerprint_is_the_same_on_every_machine_and_in_every_order() -> None:
    assert fingerprint({"a": 1, "b": [2, "x"]}) == fingerprint({"b": [2, "x"], "a": 1})
    assert fingerprint({"a": 1}) == "015abd7f5cc57a2d"
    assert fingerprint({"a": 1}) != fingerprint({"a": "1"})
