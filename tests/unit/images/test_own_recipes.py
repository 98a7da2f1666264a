"""A project's own recipes: before envcheck's, checked, and known by all that makes them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import ProfileInvalid
from envcheck.core.observed import Observed, SeenImage
from envcheck.core.pins import Pins
from envcheck.core.plan import BuildRecipe
from envcheck.core.recipe import BASE_TAG
from envcheck.core.reference import Reference, parse_reference
from envcheck.core.spec import Label
from envcheck.images.recipes import FOLDER, base_act, build_act, load_recipes, shipped
from envcheck.images.sources import CHANGED, Here, ToGet, find, here

if TYPE_CHECKING:
    from pathlib import Path

    from envcheck.core.recipe import Recipe

TOOL = parse_reference("ghcr.io/acme/tool:1.2.0")
TEXT = "image: ghcr.io/acme/tool\ndescribes: a tool\nversions: ['1.2.0', '1.3.0']\n"
REDIS = parse_reference("redis:8.0.2")


@pytest.fixture
def recipes(tmp_path: Path) -> Path:
    """The folder of a project's recipes, with one in it."""
    folder = tmp_path / "recipes"
    write(folder / "tool", TEXT)
    return folder


def write(folder: Path, text: str) -> None:
    folder.mkdir(parents=True)
    (folder / "recipe.yaml").write_text(text)
    (folder / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\nCOPY run.sh /\n")
    (folder / "run.sh").write_text("#!/bin/sh\n")


def load(recipes: Path) -> Recipe:
    return load_recipes(str(recipes.parent)).by_image["ghcr.io/acme/tool"]


def problems(recipes: Path) -> list[str]:
    with pytest.raises(ProfileInvalid) as caught:
        load_recipes(str(recipes.parent))
    return [str(problem).partition("recipes/")[2] for problem in caught.value.problems]


def image(recipe: Recipe, pin: Reference, tag: str = "") -> SeenImage:
    act = build_act(recipe, pin)
    return SeenImage("sha256:r", (tag or act.tag,), (), act.labels, 1)


def test_a_project_without_recipes_has_those_of_envcheck(tmp_path: Path) -> None:
    assert load_recipes(str(tmp_path)) == shipped()


def test_a_projects_own_recipe_stands_in_for_its_image_and_no_other(recipes: Path) -> None:
    pins = Pins(recipes=load_recipes(str(recipes.parent)))
    found = find(TOOL, Observed(), None, pins)
    assert isinstance(found, ToGet)
    assert found.tag == "envcheck.local/ghcr.io/acme/tool:1.2.0"
    assert isinstance(found.acts[1], BuildRecipe)
    assert found.acts[1].recipe.own.endswith("recipes/tool")
    for other in ("tool:1.2.0", "ghcr.io/other/tool:1.2.0", "acme/tool:1.2.0"):
        assert pins.recipes.for_pin(parse_reference(other)) is None


def test_it_takes_the_place_of_envchecks_own(recipes: Path) -> None:
    shutil.copytree(FOLDER / "redis", recipes / "redis")
    found = load_recipes(str(recipes.parent))
    assert found.replaced == {"redis"}
    assert found.by_image["redis"].own
    assert not shipped().by_image["redis"].own
    assert found.by_image["redis"].fingerprint == shipped().by_image["redis"].fingerprint


def test_it_can_share_what_envchecks_own_share_and_what_its_project_does(recipes: Path) -> None:
    ours = FOLDER / "shared" / "mysql-first-start.sh"
    shared = recipes / "shared"
    shared.mkdir()
    (shared / "more.sh").write_text("#!/bin/sh\n")
    (recipes / "tool" / "recipe.yaml").write_text(f"{TEXT}shares: [{ours.name}, more.sh]\n")
    found = load(recipes)
    assert found.context.files[ours.name].content == ours.read_bytes()
    assert found.context.files["more.sh"].content == b"#!/bin/sh\n"
    assert found.shares == (str(ours), str(shared / "more.sh"))


def test_without_a_command_it_gives_what_it_names_and_nothing_else(recipes: Path) -> None:
    """Nobody could look at what was built, and it would be called what it is not."""
    found = load(recipes)
    given = [v for v in ("1.2.0", "1.3.0", "1.2", "1", "1.2.1") if found.gives(Reference("x", v))]
    assert given == ["1.2.0", "1.3.0"]


@pytest.mark.parametrize("change", ["Dockerfile", "run.sh", "new.txt", "shared", "command"])
def test_its_fingerprint_is_of_all_that_makes_it(recipes: Path, change: str) -> None:
    folder, before = recipes / "tool", load(recipes).fingerprint
    match change:
        case "Dockerfile" | "run.sh":
            with (folder / change).open("a") as file:
                file.write("# more\n")
        case "new.txt":
            (folder / change).write_text("")
        case "shared":
            (folder / "recipe.yaml").write_text(f"{TEXT}shares: [mysql-first-start.sh]\n")
        case _:
            more = "version_command: [tool]\nversion_pattern: (.)\n"
            (folder / "recipe.yaml").write_text(TEXT + more)
    assert load(recipes).fingerprint != before


def test_its_fingerprint_is_not_of_permissions_places_and_words(
    recipes: Path, tmp_path: Path
) -> None:
    before = load(recipes)
    moved = tmp_path / "elsewhere" / "recipes"
    shutil.copytree(recipes, moved)
    for file in (moved / "tool").iterdir():
        file.chmod(0o777 if file.name == "Dockerfile" else 0o600)
    words = TEXT.replace("a tool", "another") + "package: {apt: tool}\n# a comment\n"
    (moved / "tool" / "recipe.yaml").write_text(words)
    after = load(moved)
    assert after.fingerprint == before.fingerprint
    assert after.context == before.context
    modes = {path: file.mode for path, file in after.context.files.items()}
    assert modes == {"Dockerfile": 0o644, "run.sh": 0o755}


def test_what_an_older_recipe_built_is_built_anew_once(recipes: Path) -> None:
    before = load(recipes)
    observed = Observed(images=(image(before, TOOL),))
    assert isinstance(here(TOOL, observed, Pins(recipes=load_recipes(str(recipes.parent)))), Here)

    with (recipes / "tool" / "run.sh").open("a") as file:
        file.write("exit\n")
    pins = Pins(recipes=load_recipes(str(recipes.parent)))
    found = find(TOOL, observed, None, pins)
    assert isinstance(found, ToGet)
    assert found.cause == CHANGED
    # What it gives is current: the next look finds it, whatever else is still there.
    anew = image(load(recipes), TOOL)
    dangling = SeenImage("sha256:old", (), (), observed.images[0].labels, 1)
    assert isinstance(find(TOOL, Observed(images=(dangling, anew)), None, pins), Here)


def test_an_older_image_under_the_pins_own_version_hides_no_newer_one(recipes: Path) -> None:
    """The packages have moved on meanwhile: both bear the label of the same pin."""
    pins = Pins(recipes=load_recipes(str(recipes.parent)))
    recipe = load(recipes)
    old = SeenImage("sha256:old", (build_act(recipe, TOOL).tag,), (), {Label.RECIPE: str(TOOL)}, 1)
    new = image(recipe, TOOL, "envcheck.local/ghcr.io/acme/tool:1.3.0")
    found = here(TOOL, Observed(images=(old, new)), pins)
    assert found is not None
    assert found.reference == "envcheck.local/ghcr.io/acme/tool:1.3.0"


def test_a_build_of_a_profile_that_starts_from_a_stand_in_is_none() -> None:
    inherited = {Label.RECIPE: str(REDIS), Label.INSTANCE: "shop", Label.FINGERPRINT: "x"}
    built = SeenImage("sha256:b", ("envcheck.local/shop-web:x",), (), inherited, 1)
    assert not shipped().outdated(REDIS, Observed(images=(built,)))


def test_the_base_is_known_by_how_it_is_made() -> None:
    labels = base_act().labels
    current = SeenImage("sha256:b", (BASE_TAG,), (), labels, 1)
    older = SeenImage("sha256:o", (BASE_TAG,), (), {**labels, Label.FINGERPRINT: "other"}, 1)
    assert shipped().current(current)
    assert not shipped().current(older)


def test_a_broken_recipe_is_told_with_file_and_line(recipes: Path) -> None:
    (recipes / "tool" / "recipe.yaml").write_text(TEXT + "colour: red\n")
    assert problems(recipes) == ["tool/recipe.yaml:4:1: unknown key 'colour'"]


def test_the_mistakes_of_all_recipes_are_told_at_once(recipes: Path) -> None:
    (recipes / "tool" / "Dockerfile").unlink()
    (recipes / "empty").mkdir()
    told = problems(recipes)
    assert [line.partition(" (")[0] for line in told] == [
        "empty/recipe.yaml:1:1: there is no such file, or it is not UTF-8 text",
        "empty/recipe.yaml:1:1: there is no Dockerfile beside it",
        "tool/recipe.yaml:1:1: there is no Dockerfile beside it",
    ]


def test_nothing_is_fetched_by_the_engine_itself(recipes: Path) -> None:
    with (recipes / "tool" / "Dockerfile").open("a") as file:
        file.write("ADD http://127.0.0.1:8080/ /secrets\n")
    (told,) = problems(recipes)
    assert told.startswith("tool/Dockerfile:4:1: ADD is not offered")


def test_two_recipes_for_one_image_are_refused(recipes: Path) -> None:
    write(recipes / "also", TEXT)
    (told,) = problems(recipes)
    assert told.startswith("tool/recipe.yaml:1:1: there are two recipes for ghcr.io/acme/tool")
    assert "recipes/also" in told


@pytest.mark.parametrize("link", ["secret", "recipe.yaml", "sub", ""])
def test_a_link_out_of_the_folder_is_refused_and_not_followed(
    recipes: Path, tmp_path: Path, link: str
) -> None:
    outside = tmp_path / "outside"
    write(outside, "canary-81cc: [")
    path = (recipes / "tool" / link) if link else recipes / "linked"
    path.unlink(missing_ok=True)
    path.symlink_to(outside / "recipe.yaml" if link == "recipe.yaml" else outside)
    told = problems(recipes)
    assert any("this link leads out of the recipe's folder" in line for line in told)
    assert "canary" not in str(told)


def test_a_link_within_the_folder_is_given_to_the_builder_as_one(recipes: Path) -> None:
    (recipes / "tool" / "start").symlink_to("run.sh")
    assert load(recipes).context.files["start"].link == "run.sh"


def test_what_is_no_folder_and_what_is_hidden_is_no_recipe(recipes: Path) -> None:
    (recipes / "README.md").write_text("about them\n")
    (recipes / ".cache").mkdir()
    assert load(recipes)
