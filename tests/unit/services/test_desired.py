"""From a profile to specs: every default filled in, every name made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envcheck.core.profile import Port
from envcheck.core.situation import changed_parts
from envcheck.core.spec import Label, Mount, PortBinding, VolumeSpec
from envcheck.services.catalogue import KINDS, vocabulary
from envcheck.services.desired import ImageChoice, desire, published_ports
from tests.unit.worlds import ROOT, SHOP, choices, desired, owner, profile


def one(line: str) -> str:
    """A profile with one service ``s``."""
    return f"name: shop\nservices:\n  s: {{{line}}}\n"


def test_a_service_has_its_kinds_port_volume_and_place() -> None:
    db = desired().services["db"]
    assert db.container.name == "shop-db"
    assert db.container.image == "postgres:17.11"
    assert db.container.network == "shop"
    assert db.container.ports == (PortBinding(5432, 5432),)
    assert db.container.mounts == (Mount("shop_db-data", "/var/lib/postgresql/data"),)
    assert db.container.environment == {"POSTGRES_PASSWORD": "secret-of-db"}
    assert db.container.secrets == {"POSTGRES_PASSWORD"}
    assert db.container.command is None
    assert [volume.name for volume in db.volumes] == ["shop_db-data"]


def test_everything_bears_the_owners_labels() -> None:
    found = desired()
    assert found.network.labels == owner().labels()
    db = found.services["db"]
    assert db.volumes == (VolumeSpec("shop_db-data", owner().labels(service="db")),)
    labels = dict(db.container.labels)
    fingerprint = labels.pop(Label.FINGERPRINT)
    assert labels == owner().labels(service="db")
    assert labels[Label.ROOT] == ROOT
    assert [part.partition(":")[0] for part in fingerprint.split(",")] == [
        *["image", "environment", "command", "ports", "volumes", "guards"]
    ]


def test_names_are_the_instances_and_labels_tell_the_profile() -> None:
    found = desired(SHOP, instance="shop-two")
    assert found.network.name == "shop-two"
    assert found.services["db"].container.name == "shop-two-db"
    assert found.services["db"].volumes[0].name == "shop-two_db-data"
    assert found.network.labels[Label.PROFILE] == "shop"


def test_services_come_after_what_they_depend_on() -> None:
    text = (
        "name: shop\nservices:\n"
        "  web: {image: 'node:24.21.0', depends_on: [cache]}\n"
        "  cache: {image: 'redis:8.0.2'}\n"
    )
    assert list(desired(text).services) == ["cache", "web"]


@pytest.mark.parametrize(
    ("line", "bindings"),
    [
        ("image: 'redis:8.0.2'", (PortBinding(6379, 6379),)),
        ("image: 'redis:8.0.2', ports: []", ()),
        ("image: 'redis:8.0.2', ports: ['16379:6379']", (PortBinding(6379, 16379),)),
        ("image: 'redis:8.0.2', ports: ['auto:6379']", (PortBinding(6379, None),)),
        ("image: 'traefik:3.1'", ()),
    ],
)
def test_ports_are_the_profiles_or_the_kinds(line: str, bindings: tuple[PortBinding, ...]) -> None:
    assert desired(one(line)).services["s"].container.ports == bindings


def test_a_port_that_the_kind_publishes_prefers_its_own_number() -> None:
    (service,) = profile(one("image: 'redis:8.0.2'")).services.values()
    assert published_ports(service) == (Port(6379, 6379, "prefer"),)


def test_a_volume_of_the_profile_on_the_data_path_takes_the_place_of_the_kinds() -> None:
    line = "image: 'redis:8.0.2', volumes: ['mine:/data', 'more:/more']"
    found = desired(one(line)).services["s"]
    assert found.container.mounts == (Mount("shop_mine", "/data"), Mount("shop_more", "/more"))


def test_a_volume_elsewhere_comes_beside_the_kinds() -> None:
    found = desired(one("image: 'redis:8.0.2', volumes: ['more:/more']")).services["s"]
    assert found.container.mounts == (Mount("shop_s-data", "/data"), Mount("shop_more", "/more"))


def test_a_kind_whose_image_has_more_volumes_has_one_for_each() -> None:
    """The official mongo image declares two, and data never goes into one without a name."""
    found = desired(one("image: 'mongo:8.0'")).services["s"]
    assert found.container.mounts == (
        Mount("shop_s-data", "/data/db"),
        Mount("shop_s-config", "/data/configdb"),
    )
    assert [volume.name for volume in found.volumes] == ["shop_s-data", "shop_s-config"]


def test_a_volume_of_the_profile_takes_the_place_of_each_of_them() -> None:
    line = "image: 'mongo:8.0', volumes: ['mine:/data/configdb']"
    found = desired(one(line)).services["s"]
    assert found.container.mounts == (
        Mount("shop_s-data", "/data/db"),
        Mount("shop_mine", "/data/configdb"),
    )


def test_a_built_image_keeps_its_data_where_the_image_that_it_is_based_on_does() -> None:
    found = profile(one("kind: redis, build: cache"))
    pin = profile(SHOP).services["cache"].image
    choice = {"s": ImageChoice("envcheck.local/shop-s:1", pin, "envcheck.local/shop-s:1", "build")}
    spec = desire(found, owner(), choice).services["s"].container
    assert spec.image == "envcheck.local/shop-s:1"
    assert spec.mounts == (Mount("shop_s-data", "/data"),)


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("image: 'redis:8.0.3', ports: [1]", ("image",)),
        ("image: 'redis:8.0.2', ports: [2]", ("ports",)),
        ("image: 'redis:8.0.2', ports: ['1!:1']", ("ports",)),
        ("image: 'redis:8.0.2', ports: [1], environment: {A: b}", ("environment",)),
        ("image: 'redis:8.0.2', ports: [1], command: [x]", ("command",)),
        ("image: 'redis:8.0.2', ports: [1], volumes: ['v:/v']", ("volumes",)),
        ("image: 'redis:8.0.2', ports: [1], timeout: 9", ()),
        ("image: 'redis:8.0.2', ports: [1], verify: [{tcp: {}}]", ()),
    ],
)
def test_the_fingerprint_tells_which_part_of_a_container_changed(
    line: str, changed: tuple[str, ...]
) -> None:
    before, now = (
        desired(one(text)).services["s"].container.labels[Label.FINGERPRINT]
        for text in ("image: 'redis:8.0.2', ports: [1]", line)
    )
    assert changed_parts(before, now) == changed


def test_a_host_name_is_given_where_the_data_bears_it_and_stays_with_the_service() -> None:
    line = one("image: 'rabbitmq:4.0.5'")
    names = [desired(line, instance=i).services["s"].container.hostname for i in ("a", "b")]
    assert names == ["s", "s"]
    marks = desired(line).services["s"].container.labels[Label.FINGERPRINT].split(",")
    assert marks[-1].startswith("hostname:")


def test_other_kinds_keep_the_name_that_the_engine_makes_up() -> None:
    """And the fingerprint that they had before there were host names."""
    db = desired().services["db"].container
    assert db.hostname == ""
    assert "hostname" not in db.labels[Label.FINGERPRINT]


def test_no_secret_can_be_read_in_a_label() -> None:
    container = desired().services["db"].container
    assert "secret-of-db" not in "".join(container.labels.values())


def test_every_kind_is_known_to_the_reader_by_its_name_and_images() -> None:
    words = vocabulary()
    named = {
        *("postgres", "mysql", "mariadb"),
        *("redis", "memcached", "rabbitmq", "node", "nginx"),
    }
    assert words.kinds == {*named, "mongodb", "job", "container"} == set(KINDS)
    assert words.images == {**{name: name for name in named}, "mongo": "mongodb"}
    assert set(words.required) == {"postgres", "mysql", "mariadb"}


def test_the_choice_of_an_image_does_not_change_the_profile() -> None:
    found = profile()
    other = {name: replace(choice, used=f"local/{name}") for name, choice in choices(found).items()}
    specs = desire(found, owner(), other).services
    assert {spec.container.image for spec in specs.values()} == {
        *["local/db", "local/cache", "local/web"]
    }


def test_a_container_that_may_have_other_guards_than_before_is_made_anew_but_no_job_is() -> None:
    def marks(line: str) -> dict[str, str]:
        found = desired(line).services["s"].container.labels[Label.FINGERPRINT]
        return dict(part.split(":") for part in found.split(","))

    image = "image: 'redis:8.0.2'"
    plain, more = marks(one(image)), marks(one(f"{image}, pids_limit: 8192"))
    assert {name for name in plain if plain[name] != more[name]} == {"guards"}
    assert "guards" not in marks(one(f"{image}, kind: job, command: [migrate]"))
