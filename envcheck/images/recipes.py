"""Recipes: how to build a stand-in for an image from distribution and npm packages.

Each is a folder: `recipe.yaml` (data), a `Dockerfile`, and what it copies; what several of them
copy stands in `shared`. Some stand beside this file; a project can have its own beside its
profiles. All of them build on one base image, which `mmdebstrap` makes from the distribution's
packages.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck import __version__
from envcheck.core.context import DOCKERFILE, BuildContext, ContextFile
from envcheck.core.dockerfile import add_line
from envcheck.core.errors import Problem, ProfileInvalid
from envcheck.core.parsing.recipe_reader import read_recipe
from envcheck.core.plan import BuildBase, BuildRecipe
from envcheck.core.recipe import (
    BASE_FINGERPRINT,
    BASE_TAG,
    SUITE,
    Recipe,
    asked_version,
    major,
)
from envcheck.core.recipes import Recipes
from envcheck.core.spec import RECIPE_BASE, Label
from envcheck.engine.context_files import read_context
from envcheck.host.recipe_files import RECIPES, TEXT, recipe_folders, shared_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envcheck.core.reference import Reference
    from envcheck.host.recipe_files import RecipeFolder

FOLDER = Path(__file__).parent / RECIPES


@cache
def shipped() -> Recipes:
    """The recipes that come with envcheck."""
    return Recipes({recipe.image: recipe for recipe in _read_all(FOLDER, own=False)})


def load_recipes(root: str) -> Recipes:
    """The recipes of a profile in this folder: the project's own before those of envcheck.

    Raises:
        ProfileInvalid: one of the project's own is wrong; it names every problem of all of them.
    """
    own = {recipe.image: recipe for recipe in _read_all(Path(root) / RECIPES, own=True)}
    ours = shipped().by_image
    return Recipes({**ours, **own}, frozenset(own.keys() & ours.keys()))


def _read_all(folder: Path, *, own: bool) -> tuple[Recipe, ...]:
    shared = {**shared_files(FOLDER), **shared_files(folder)}
    problems: list[Problem] = []
    found: dict[str, Recipe] = {}
    for each in recipe_folders(folder):
        try:
            recipe = _read(each, shared, own=own)
        except ProfileInvalid as error:
            problems += error.problems
            continue
        if other := found.get(recipe.image):
            text = f"there are two recipes for {recipe.image}"
            hint = f"the other is in {other.own or other.folder}"
            problems.append(Problem(f"{each.shown}/{TEXT}", 1, 1, text, hint))
        found[recipe.image] = recipe
    if problems:
        raise ProfileInvalid(problems, "recipe")
    return tuple(found.values())


def _read(folder: RecipeFolder, shared: Mapping[str, Path], *, own: bool) -> Recipe:
    file = f"{folder.shown}/{TEXT}"
    beside = tuple(_beside(folder, file))
    if folder.text is None:
        raise ProfileInvalid(beside, "recipe")
    said = read_recipe(folder.text, file, shared=shared.keys(), beside=beside)
    return Recipe(
        image=said.image,
        describes=said.describes,
        folder=folder.path,
        context=_context(folder.path, {name: shared[name] for name in said.shares}),
        versions=said.versions,
        version_command=said.version_command,
        version_pattern=said.version_pattern,
        shares=tuple(str(shared[name]) for name in said.shares),
        package=said.package,
        own=folder.shown if own else "",
    )


def _beside(folder: RecipeFolder, file: str) -> Iterator[Problem]:
    """What is wrong with a recipe's files."""
    for stray in folder.strays:
        name = f"{folder.shown}/{stray}".rstrip("/")
        hint = "put a copy of what it means in its place"
        yield Problem(name, 1, 1, "this link leads out of the recipe's folder", hint)
    if not folder.strays and folder.text is None:
        hint = "every folder here is a recipe, but for `shared`; docs/recipes.md says what it holds"
        yield Problem(file, 1, 1, "there is no such file, or it is not UTF-8 text", hint)
    dockerfile = Path(folder.path) / DOCKERFILE
    if not dockerfile.is_file() or dockerfile.is_symlink():
        yield Problem(file, 1, 1, "there is no Dockerfile beside it", "it says how to build")
    elif line := add_line(dockerfile.read_text(encoding="utf-8", errors="replace")):
        text = "ADD is not offered: the engine fetches what it names, past the build's network"
        hint = "COPY takes files, and RUN can fetch"
        yield Problem(f"{folder.shown}/{DOCKERFILE}", line, 1, text, hint)


def _context(folder: str, shares: Mapping[str, Path]) -> BuildContext:
    """The files that the builder is given: not the recipe's own data.

    Permissions on disk do not count, since wheels, checkouts and file systems differ in them: what
    begins with ``#!`` can be executed, all else cannot.
    """
    own = read_context(folder).files
    more = {name: ContextFile(file.read_bytes()) for name, file in shares.items()}
    files = {**more, **own}
    return BuildContext({path: _plain(file) for path, file in files.items() if path != TEXT})


def _plain(file: ContextFile) -> ContextFile:
    if file.link:
        return file
    return ContextFile(file.content, 0o755 if file.content.startswith(b"#!") else 0o644)


def base_act() -> BuildBase:
    """The act that makes the base of all recipes."""
    labels = {
        Label.RECIPE: RECIPE_BASE,
        Label.VERSION: __version__,
        Label.FINGERPRINT: BASE_FINGERPRINT,
    }
    return BuildBase(SUITE, BASE_TAG, labels)


def build_act(recipe: Recipe, reference: Reference, version: str = "") -> BuildRecipe:
    """The act that builds a recipe's image for a pin.

    ``version`` is the one that the packages are known to give; without it, the image is named after
    the pin until it is built and tells its own.
    """
    version = version or asked_version(reference)
    labels = {
        Label.RECIPE: str(reference),
        Label.VERSION: __version__,
        Label.FINGERPRINT: recipe.fingerprint,
    }
    return BuildRecipe(
        recipe=recipe,
        reference=reference,
        tag=f"{reference.local_twin.name}:{version}",
        base=BASE_TAG,
        labels=labels,
        arguments={"BASE": BASE_TAG, "VERSION": version, "MAJOR": major(version)},
    )
