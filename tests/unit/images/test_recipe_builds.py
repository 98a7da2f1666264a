"""Building a recipe: whatever was asked for, the image is called what it is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

import pytest

from envcheck.core.errors import ObjectConflict, StepFailed
from envcheck.core.reference import parse_reference
from envcheck.core.spec import Label
from envcheck.images.recipe_builds import build_recipe
from envcheck.images.recipes import build_act, shipped
from envcheck.run.ports import ImageFacts, Ran

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envcheck.core.context import BuildContext
    from envcheck.core.plan import BuildRecipe
    from envcheck.engine.build import BuildOptions
    from envcheck.engine.client import DockerEngine
    from envcheck.run.ports import Progress

REDIS = parse_reference("redis:8.0.1")
ACT = build_act(shipped().by_image["redis"], REDIS)


@dataclass
class Builder:
    """An engine whose images say that they are this version."""

    says: str = "8.0.2"
    tags: list[str] = field(default_factory=list)
    options: list[BuildOptions] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    in_use: str = ""
    foreign: bool = False

    def build(self, tag: str, context: BuildContext, options: BuildOptions, _: Progress) -> None:
        """Build."""
        assert "LABEL " in context.dockerfile
        self.tags.append(tag)
        self.options.append(options)

    def run_once(self, image: str, _labels: Mapping[str, str], _words: Sequence[str]) -> Ran:
        """Say the version."""
        assert image in self.tags
        return Ran(0, f"Redis server v={self.says} sha=0\n" if self.says else "?")

    def inspect_image(self, _reference: str) -> ImageFacts | None:
        """An image of somebody else's, or none."""
        return ImageFacts("sha256:x", "", {}, (), "") if self.foreign else None

    def tag_image(self, _image: str, tag: str) -> None:
        """Give it one more name."""
        self.tags.append(tag)

    def remove_image(self, reference: str) -> None:
        """Remove a name, or say that a container uses the image."""
        if reference == self.in_use:
            raise ObjectConflict("a container uses it", id="docker.image-in-use")
        self.removed.append(reference)

    def dangling(self, label: str, value: str) -> tuple[str, ...]:
        """What is left of earlier stages."""
        assert (label, value) == (Label.RECIPE, "redis:8.0.1")
        return ("sha256:old", "sha256:stage")


def build(engine: Builder, act: BuildRecipe = ACT) -> tuple[str, str]:
    return build_recipe(cast("DockerEngine", engine), act, lambda *_: None)


@pytest.mark.parametrize("known", ["", "8.0.2", "8.0.3"])
def test_an_image_is_called_by_the_version_that_it_is(known: str) -> None:
    """Whether that was known before, or not, or was another one until just now."""
    engine = Builder()
    act = build_act(shipped().by_image["redis"], REDIS, known)
    tag, note = build(engine, act)
    assert tag == "envcheck.local/redis:8.0.2"
    assert note == "the packages have moved on: this is 8.0.2"
    candidate, *final = engine.tags
    assert ":candidate-" in candidate
    assert final == [tag]
    assert candidate in engine.removed


def test_the_version_that_was_asked_for_is_not_worth_a_word() -> None:
    assert build(Builder("8.0.1"))[1] == "from packages: Redis from Debian's packages"


@pytest.mark.parametrize(
    ("says", "id"),
    [("9.0.1", "recipe.other-major"), ("", "recipe.no-version")],
)
def test_what_is_another_major_version_or_does_not_tell_gets_no_name(says: str, id: str) -> None:
    engine = Builder(says)
    with pytest.raises(StepFailed) as caught:
        build(engine)
    assert caught.value.id == id
    (candidate,) = engine.tags
    assert candidate in engine.removed


def test_somebody_elses_image_keeps_its_name() -> None:
    engine = Builder(foreign=True)
    with pytest.raises(ObjectConflict):
        build(engine)
    assert len(engine.tags) == 1


def test_what_a_container_still_runs_is_left_for_clean() -> None:
    engine = Builder(in_use="sha256:old")
    build(engine)
    assert "sha256:stage" in engine.removed
    assert "sha256:old" not in engine.removed


def test_a_projects_own_recipe_gets_neither_the_hosts_network_nor_passwords(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy:3128")
    monkeypatch.setenv("https_proxy", "http://anna:canary@proxy:3128")
    engine = Builder()
    build(engine)
    build(engine, replace(ACT, recipe=replace(ACT.recipe, own="recipes/redis")))
    ours, own = engine.options
    assert (ours.host_network, own.host_network) == (True, False)
    assert ours.arguments["https_proxy"] == "http://anna:canary@proxy:3128"
    assert "https_proxy" not in own.arguments
    assert own.arguments["http_proxy"] == "http://proxy:3128"
