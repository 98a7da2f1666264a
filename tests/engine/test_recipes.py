"""Recipes: listed and built by hand, found by `up`, a project's own, and never another version."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from envcheck.images.recipes import FOLDER
from tests.engine.conftest import INSTANCE, REPOSITORY
from tests.engine.test_webapp import get

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.cli import Cli, Ran
    from tests.engine.conftest import Docker

pytestmark = pytest.mark.engine
IMAGE = "ghcr.io/acme/greeter"
PIN = f"{IMAGE}:1.37.0"
HERE = ("greeting", "--instance", INSTANCE)
_EXAMPLE = re.compile(r"^`(\S+)`:\n\n```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def greeter(project: Path) -> Path:
    """The example of docs/recipes.md in a project; the folder of its recipe."""
    text = (REPOSITORY / "docs" / "recipes.md").read_text()
    files = dict(_EXAMPLE.findall(text))
    assert len(files) == 5
    for name, content in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(content)
    return project / "profiles" / "recipes" / "greeter"


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def built(report: dict[str, Any]) -> list[str]:
    return [change["name"] for change in report["changes"] if change["action"] == "built"]


def stand_ins(docker: Docker, image: str = IMAGE) -> list[str]:
    """The names on the engine of what stands in for an image."""
    named = docker("images", "--format", "{{.Repository}}:{{.Tag}}")
    return [name for name in named if name.startswith(f"envcheck.local/{image}:")]


def listed(cli: Cli, image: str) -> dict[str, Any]:
    recipes: list[dict[str, Any]] = cli("recipe", "list", "--json").report["recipes"]
    return next(recipe for recipe in recipes if recipe["image"] == image)


def acts(ran: Ran) -> set[str]:
    """What was begun, by the name of its act."""
    return {step["act"] for lane in ran.report["timeline"]["lanes"] for step in lane["steps"]}


def test_what_was_built_by_hand_is_found_by_up_and_stays_when_it_is_cleaned(
    cli: Cli, greeter: Path, docker: Docker
) -> None:
    assert listed(cli, IMAGE)["images"] == []
    refused = cli("recipe", "build", PIN)
    assert refused.code == 2
    assert "from profiles/recipes/greeter, the project's own recipe" in refused.err + refused.out
    made = cli("recipe", "build", "--yes", PIN, "--json")
    assert made.code == 0, made.err
    (name,) = stand_ins(docker)
    try:
        assert built(made.report) == [name]
        assert listed(cli, IMAGE)["images"] == [{"name": name, "pin": PIN, "current": True}]
        again = cli("recipe", "build", PIN, "--json")
        assert (again.code, again.report["changes"]) == (0, [])

        up = cli("up", *HERE, "--json")  # without leave: there is nothing to build
        assert up.code == 0, up.err
        assert built(up.report) == []
        page = up.report["services"]["page"]
        assert (page["source"], page["state"]) == ("recipe", "ready")
        assert get(f"http://{page['endpoint']}/") == "Hello from a recipe!\n"

        clean = cli("clean", "--yes", *HERE, "--json")
        assert clean.code == 0
        assert stand_ins(docker) == [name]
        kept = {thing["name"]: thing["reason"] for thing in clean.report["kept"]}
        assert kept[name] == f"it was built with `recipe build`; `docker rmi {name}` removes it"
    finally:
        docker("rmi", name)


def test_another_version_is_said_before_it_is_built_and_is_never_passed_off(
    cli: Cli, greeter: Path, project: Path, docker: Docker
) -> None:
    edit(project / "profiles" / "greeting.yaml", ":1.37.0", ":1.36.1")
    # What comes with a project does not see this machine's network.
    edit(greeter / "Dockerfile", "set -eux;", "set -eux; test ! -e /sys/class/net/docker0;")
    plan = cli("plan", *HERE, "--json").report["steps"]
    causes = [step["cause"] for step in plan if step["act"] == "BuildRecipe"]
    up = cli("up", "--yes", *HERE)
    assert up.code == 0, up.err
    said = f"{IMAGE}:1.36.1 is asked for; the packages give "
    assert said in causes[0]
    assert 0 <= up.out.index(said) < up.out.index("building: ")
    (name,) = stand_ins(docker)
    assert not name.endswith(":1.36.1")
    version = docker("run", "--rm", name, "busybox")[0].split()[1]
    assert name == f"envcheck.local/{IMAGE}:{version.removeprefix('v')}"

    again = cli("up", *HERE, "--json")
    assert (again.code, again.report["changes"]) == (0, [])
    assert cli("clean", "--yes", *HERE).code == 0
    assert stand_ins(docker) == []


def test_another_major_version_is_refused_before_anything_is_built(
    cli: Cli, greeter: Path, project: Path, docker: Docker
) -> None:
    edit(project / "profiles" / "greeting.yaml", ":1.37.0", ":2.0.1")
    edit(greeter / "recipe.yaml", 'versions: ["1"]\n', "")  # only the packages know
    before = set(docker("images", "-aq", "--no-trunc"))
    up = cli("up", "--yes", *HERE, "--json")
    assert up.code == 4
    assert up.report["error"]["id"] == "recipe.other-major"
    assert f"{IMAGE}:2.0.1 was asked for, and the packages give 1." in up.report["error"]["what"]
    assert acts(up) == set()
    assert set(docker("images", "-aq", "--no-trunc")) == before


def test_a_changed_recipe_is_built_anew_once_and_clean_leaves_nothing_of_it(
    cli: Cli, project: Path, docker: Docker
) -> None:
    pin, here = "memcached:1.6.38", ("small", "--instance", INSTANCE)
    (project / "profiles" / "small.yaml").write_text(
        f"name: small\nservices: {{cache: {{image: '{pin}', ports: ['auto:11211']}}}}\n"
    )
    up = cli("up", "--yes", *here, "--json")
    assert up.code == 0, up.err
    (name,) = built(up.report)
    before = docker("inspect", "-f", "{{.Image}}", f"{INSTANCE}-cache")

    own = project / "profiles" / "recipes" / "memcached"
    shutil.copytree(FOLDER / "memcached", own)
    assert cli("up", *here, "--json").report["changes"] == []  # it is the same recipe still
    edit(own / "docker-entrypoint.sh", "set -e\n", "set -e\n# changed\n")
    found = listed(cli, "memcached")
    assert found["replaces"]
    assert [image["current"] for image in found["images"]] == [False]
    steps = cli("plan", *here, "--json").report["steps"]
    causes = {step["act"]: step["cause"] for step in steps}
    assert causes["BuildRecipe"].startswith("its recipe has changed")
    anew = cli("up", "--yes", *here, "--json")
    assert anew.code == 0, anew.err
    assert built(anew.report) == [name]
    assert "the recipe in profiles/recipes/memcached takes the place of envcheck's own" in anew.err
    after = docker("inspect", "-f", "{{.Image}}", f"{INSTANCE}-cache")
    assert after != before
    assert docker("inspect", "-f", "{{.Id}}", name) == after
    assert cli("up", *here, "--json").report["changes"] == []

    assert cli("clean", "--yes", *here).code == 0
    ours = ("images", "-q", "--no-trunc", "--filter", f"label=dev.envcheck.recipe={pin}")
    assert docker(*ours) == []


def test_a_broken_recipe_is_named_with_its_line_and_nothing_is_done(
    cli: Cli, greeter: Path
) -> None:
    edit(greeter / "recipe.yaml", "describes:", "description:")
    for words in (("up", "--yes", *HERE), ("recipe", "list")):
        ran = cli(*words, "--json")
        assert ran.code == 2
        assert ran.report["error"]["id"] == "recipe.invalid"
        assert "profiles/recipes/greeter/recipe.yaml:2:1: unknown key 'description'" in ran.err


def test_recipes_are_listed_without_an_engine(cli: Cli, tmp_path: Path) -> None:
    nowhere = {"DOCKER_HOST": f"unix://{tmp_path}/none.sock"}
    ran = cli("recipe", "list", "--json", **nowhere)
    assert ran.code == 0, ran.err
    found = {recipe["image"]: recipe["images"] for recipe in ran.report["recipes"]}
    assert found.keys() >= {"postgres", "redis", "node"}
    assert set(found.values()) == {None}
