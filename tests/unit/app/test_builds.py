"""Images that a profile builds itself: what they start from, and when they are built anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from envcheck.app.builds import bases_of, build_tag, builds_of, choose, pins_of, plan_builds
from envcheck.app.images import plan_images
from envcheck.core.commands import commands
from envcheck.core.errors import ObjectConflict, ProfileInvalid, UsageError
from envcheck.core.observed import Observed, SeenImage
from envcheck.core.pins import Pins
from envcheck.core.plan import BuildImage
from envcheck.core.reference import parse_reference
from envcheck.core.spec import Label
from envcheck.images.recipes import base_act, shipped
from envcheck.images.sources import Here, ToGet, find
from tests.unit.plans import shown
from tests.unit.worlds import owner, profile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from envcheck.core.profile import Profile

    Project = Callable[[str], Profile]

TEXT = "name: shop\nservices:\n  web: {kind: node, build: web}\n  cache: {image: 'redis:8.0.2'}\n"
NODE = parse_reference("node:24.21.0")
REDIS = parse_reference("redis:8.0.2")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with one service that is built; the text of its Dockerfile is given."""

    def made(dockerfile: str) -> Profile:
        (tmp_path / "web").mkdir(exist_ok=True)
        (tmp_path / "web" / "Dockerfile").write_text(dockerfile)
        return replace(profile(TEXT), root=str(tmp_path))

    return made


def here(reference: str) -> Here:
    return Here(reference, "sha256:1", "registry")


FOUND = {NODE: here("node:24.21.0"), REDIS: here("redis:8.0.2")}


def test_the_images_that_a_build_starts_from_are_pins_of_the_profile(project: Project) -> None:
    found = project("FROM node:24.21.0 AS build\nFROM build\nFROM redis:8.0.2\n")
    builds = builds_of(found)
    assert list(builds) == ["web"]
    assert pins_of(found, builds) == (REDIS, NODE)


@pytest.mark.parametrize(
    ("dockerfile", "said"),
    [
        ("FROM node\n", "starts from 'node', which pins no version"),
        ("FROM node:latest\n", "starts from 'node:latest', which pins no version"),
        ("FROM No:Such\n", "'No:Such' is not an image reference"),
    ],
)
def test_a_base_that_is_not_pinned_is_a_problem_of_the_profile(
    project: Project, dockerfile: str, said: str
) -> None:
    found = project(dockerfile)
    with pytest.raises(ProfileInvalid) as caught:
        builds_of(found)
    (problem,) = caught.value.problems
    assert said in problem.message
    assert (problem.file, problem.line) == ("profiles/shop.yaml", 3)


def test_a_folder_without_a_dockerfile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no Dockerfile"):
        builds_of(replace(profile(TEXT), root=str(tmp_path)))


def tag(found: Profile, node: str = "node:24.21.0") -> str:
    return build_tag("shop", builds_of(found)["web"], {**FOUND, NODE: here(node)})


def test_the_tag_is_the_same_for_the_same_files_and_base(project: Project) -> None:
    assert tag(project("FROM node:24.21.0\n")) == tag(project("FROM node:24.21.0\n"))
    assert tag(project("FROM node:24.21.0\n")).startswith("envcheck.local/shop-web:")


def test_the_tag_changes_with_any_file_and_with_the_base(project: Project, tmp_path: Path) -> None:
    found = project("FROM node:24.21.0\n")
    tags = {tag(found), tag(found, "envcheck.local/node:24.21.0")}
    (tmp_path / "web" / "server.js").write_text("1")
    tags.add(tag(found))
    (tmp_path / "web" / "server.js").write_text("2")
    tags.add(tag(found))
    tags.add(tag(project("FROM node:24.21.0\nUSER node\n")))
    assert len(tags) == 5


def test_the_tag_is_the_same_for_a_locked_base_however_it_came(project: Project) -> None:
    found, digest = project("FROM node:24.21.0\n"), "sha256:" + "a" * 64
    pulled = Here(f"node:24.21.0@{digest}", digest, "registry")
    loaded = Here("sha256:" + "b" * 64, digest, "local")  # a bundle gives no digests
    wanted = ToGet((), "not here", f"node:24.21.0@{digest}", "registry")
    build = builds_of(found)["web"]
    tags = {build_tag("shop", build, {**FOUND, NODE: one}) for one in (pulled, loaded, wanted)}
    assert len(tags) == 1
    assert tags != {tag(found)}


def test_offline_a_build_gets_no_network(project: Project) -> None:
    builds = builds_of(project("FROM node:24.21.0\n"))
    plan = plan_builds(owner(), builds, FOUND, Observed(), offline=True)
    act = plan.steps[0].act
    assert isinstance(act, BuildImage)
    assert act.offline
    assert commands(act)[0].startswith("docker build --network none ")


def test_a_build_is_planned_where_its_image_is_not_here(project: Project) -> None:
    builds = builds_of(project("FROM node:24.21.0\n"))
    found = {**FOUND, NODE: here("envcheck.local/node:24.21.0")}
    plan = plan_builds(owner(), builds, found, Observed())
    assert shown(plan) == ["1 BuildImage web: not here"]
    act = plan.steps[0].act
    assert isinstance(act, BuildImage)
    assert act.bases == {"node:24.21.0": "envcheck.local/node:24.21.0"}
    assert act.labels[Label.FINGERPRINT] == act.tag.rpartition(":")[2]
    built = SeenImage("sha256:b", (act.tag,), (), act.labels, 1)
    assert not plan_builds(owner(), builds, found, Observed(images=(built,)))


def test_somebody_elses_image_is_not_taken_for_our_build_and_keeps_its_name(
    project: Project,
) -> None:
    builds = builds_of(project("FROM node:24.21.0\n"))
    tag = build_tag("shop", builds["web"], FOUND)
    theirs = SeenImage("sha256:b", (tag,), (), {}, 1)
    with pytest.raises(ObjectConflict) as caught:
        plan_builds(owner(), builds, FOUND, Observed(images=(theirs,)))
    assert caught.value.id == "docker.name-taken"
    assert caught.value.what == f"there is an image named '{tag}' already, and it is not ours"
    assert caught.value.fix is not None
    assert caught.value.fix.commands == (f"docker image inspect {tag}",)


def test_what_is_built_has_the_version_of_the_base_that_its_kind_knows(project: Project) -> None:
    found = project("FROM redis:8.0.2 AS tools\nFROM node:24.21.0\n")
    builds = builds_of(found)
    chosen = choose(found, builds, FOUND)
    assert (chosen["web"].pin, chosen["web"].source) == (NODE, "build")
    assert chosen["web"].used == build_tag("shop", builds["web"], FOUND)
    assert (chosen["cache"].used, chosen["cache"].pin) == ("redis:8.0.2", REDIS)


def test_images_that_are_still_to_be_got_have_the_name_that_they_will_have(
    project: Project,
) -> None:
    found = project("FROM node:24.21.0\n")
    findings = {pin: find(pin, Observed(), None, Pins(recipes=shipped())) for pin in (NODE, REDIS)}
    builds = builds_of(found)
    assert bases_of(builds["web"], findings) == {"node:24.21.0": "envcheck.local/node:24.21.0"}
    assert choose(found, builds, findings)["cache"].used == "envcheck.local/redis:8.0.2"


def test_recipes_share_one_base_which_comes_first() -> None:
    findings = {pin: find(pin, Observed(), None, Pins(recipes=shipped())) for pin in (NODE, REDIS)}
    assert shown(plan_images(findings, Observed())) == [
        "1 BuildBase envcheck.local/debian:trixie: not here, and no registry can be reached",
        "2 BuildRecipe node:24.21.0: not here, and no registry can be reached <- 1",
        "3 BuildRecipe redis:8.0.2: not here, and no registry can be reached <- 1",
    ]


def test_a_base_that_is_here_is_not_made_again() -> None:
    labels = base_act().labels
    base = SeenImage("sha256:b", ("envcheck.local/debian:trixie",), (), labels, 1)
    observed = Observed(images=(base,))
    finding = find(REDIS, observed, None, Pins(recipes=shipped()))
    assert isinstance(finding, ToGet)
    assert shown(plan_images({REDIS: finding, NODE: FOUND[NODE]}, observed)) == [
        "1 BuildRecipe redis:8.0.2: not here, and no registry can be reached"
    ]
