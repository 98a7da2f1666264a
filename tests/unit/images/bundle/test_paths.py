"""Which names a bundle may hold."""

from __future__ import annotations

import pytest

from envcheck.images.bundle.paths import fault_of_link, fault_of_name, fault_of_path
from tests.unit.images.bundle.attacks import IMAGE_NAMES, LINKS, PATHS

THERE = 5
"""How many of the attack's paths are harmful only beside others."""


@pytest.mark.parametrize("path", PATHS[:-THERE])
def test_a_path_that_may_do_harm_is_refused(path: str) -> None:
    assert fault_of_path(path)


@pytest.mark.parametrize(
    "path",
    ["profiles/a.yaml", "profiles/web/src/index.js", "profiles/ä b+c@1/.env", "profiles/console"],
)
def test_what_projects_have_is_allowed(path: str) -> None:
    assert not fault_of_path(path)


@pytest.mark.parametrize("target", LINKS)
def test_a_link_that_may_do_harm_is_refused(target: str) -> None:
    within = ("../shop.yaml", "../other/file")  # from one folder further down
    assert fault_of_link("profiles/web/bin/link", target) or target in within
    assert fault_of_link("profiles/web/link", target)


@pytest.mark.parametrize("target", ["run", "../lib/run", "deep/er"])
def test_a_link_within_its_context_is_allowed(target: str) -> None:
    assert not fault_of_link("profiles/web/bin/link", target)


def test_a_link_beside_the_profiles_is_in_no_context() -> None:
    assert fault_of_link("profiles/link", "shop.yaml")


@pytest.mark.parametrize("name", IMAGE_NAMES)
def test_an_image_gets_no_name_that_the_profile_does_not_give(name: str) -> None:
    assert fault_of_name(name, ("postgres:17.11",))


@pytest.mark.parametrize(
    ("name", "pin"),
    [
        ("postgres:17.11", "postgres:17.11"),
        ("postgres:17.11", "postgres:17.11@sha256:" + "a" * 64),
        ("envcheck.local/redis:8.0.2", "redis:8.0.2"),
        ("127.0.0.1:5000/team/app:1.0", "127.0.0.1:5000/team/app:1.0"),
    ],
)
def test_an_image_gets_the_name_of_its_pin_or_one_of_ours(name: str, pin: str) -> None:
    assert not fault_of_name(name, (pin,))
