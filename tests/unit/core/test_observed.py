"""Finding things in what was seen, and knowing whose they are."""

from __future__ import annotations

import pytest

from envcheck.core.observed import (
    Observed,
    SeenContainer,
    SeenImage,
    SeenNetwork,
    SeenVolume,
    owned,
)
from envcheck.core.spec import Label

DIGEST = f"sha256:{'0' * 64}"
REDIS = SeenImage("sha256:1", ("redis:8.0.2", "redis:8"), (f"redis@{DIGEST}",), {}, 1)
PULLED_BY_DIGEST = SeenImage("sha256:2", (), (f"127.0.0.1:5000/x/y@{DIGEST}",), {}, 1)
IMAGES = Observed(images=(REDIS, PULLED_BY_DIGEST))


@pytest.mark.parametrize(
    "reference",
    [
        *["redis:8.0.2", "redis:8", "sha256:1", f"redis@{DIGEST}"],
        *["docker.io/library/redis:8.0.2", "docker.io/redis:8.0.2", "library/redis:8.0.2"],
        *[f"redis:8.0.2@{DIGEST}", f"docker.io/library/redis:8.0.2@{DIGEST}"],
    ],
)
def test_an_image_is_found_by_every_name_that_docker_takes_for_it(reference: str) -> None:
    assert IMAGES.image(reference) == REDIS


@pytest.mark.parametrize("tag", ["", ":1.0"])
def test_an_image_that_was_pulled_by_digest_is_found_with_or_without_a_tag(tag: str) -> None:
    assert IMAGES.image(f"127.0.0.1:5000/x/y{tag}@{DIGEST}") == PULLED_BY_DIGEST


@pytest.mark.parametrize(
    "reference",
    ["redis", "redis:7", "other/redis:8.0.2", f"redis:8.0.2@sha256:{'1' * 64}", "", f"@{DIGEST}"],
)
def test_another_image_is_not_found(reference: str) -> None:
    assert IMAGES.image(reference) is None


def container(name: str = "shop-db", **labels: str) -> SeenContainer:
    named = {f"dev.envcheck.{key}": value for key, value in labels.items()}
    return SeenContainer("c1", name, "running", "x:1", "i1", named)


@pytest.mark.parametrize(
    ("labels", "instance"),
    [
        ({}, ""),
        ({"instance": "shop", "service": "db", "fingerprint": "image:1,ports:2"}, "shop"),
        ({"instance": "shop"}, "shop"),  # one that is run once, such as hello-world
        ({"instance": "shop", "service": "db", "fingerprint": "0123456789abcdef"}, ""),
        ({"instance": "shop", "service": "db"}, ""),
    ],
)
def test_a_container_is_an_instances_where_we_made_it(
    labels: dict[str, str], instance: str
) -> None:
    """One that somebody runs of a built image has that image's labels, and its fingerprint."""
    seen = container(**labels)
    assert seen.instance == instance
    assert list(Observed(containers=(seen,)).of_instance("shop")) == [seen] * (instance == "shop")


def test_the_instances_are_those_of_any_labelled_thing() -> None:
    label = Label.INSTANCE
    observed = Observed(
        containers=(container(instance="d"), container(instance="x", service="db")),
        networks=(SeenNetwork("1", "n", {label: "b"}), SeenNetwork("2", "m", {})),
        volumes=(SeenVolume("v", {label: "c"}),),
        images=(SeenImage("i", (), (), {label: "a"}, 1), SeenImage("j", (), (), {label: "b"}, 1)),
    )
    assert observed.instances() == ("a", "b", "c", "d")


@pytest.mark.parametrize("labels", [{}, {Label.INSTANCE: ""}, {Label.INSTANCE: "shop2"}])
def test_only_the_very_label_makes_a_thing_ours(labels: dict[str, str]) -> None:
    assert not owned(labels, "shop")
    assert owned({Label.INSTANCE: "shop"}, "shop")
