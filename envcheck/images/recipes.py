"""Recipes: how to build a stand-in for an official image from distribution and npm packages.

Each is a folder beside this file: `recipe.yaml` (data), a `Dockerfile`, and what it copies; what
several of them copy stands in `shared`. All of them build on one base image, which `mmdebstrap`
makes from the distribution's packages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from envcheck import __version__
from envcheck.core.context import BuildContext, ContextFile
from envcheck.core.plan import BuildBase, BuildRecipe
from envcheck.core.spec import LOCAL_REGISTRY, RECIPE_BASE, Label, fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.reference import Reference

FOLDER = Path(__file__).parent / "recipes"
SHARED = FOLDER / "shared"
SUITE = "trixie"
BASE_TAG = f"{LOCAL_REGISTRY}/debian:{SUITE}"


@dataclass(frozen=True)
class Recipe:
    """One recipe.

    Attributes:
        image: the official image that its result stands in for.
        describes: one short line for people.
        versions: the first components of the versions that it can give; empty for any.
        version_command: prints the version that was really built; empty where there is none.
        version_pattern: a regular expression whose first group is that version.
        shares: files of the folder `shared` that it copies too, by their names.
    """

    image: str
    describes: str
    folder: Path
    versions: tuple[str, ...] = ()
    version_command: tuple[str, ...] = ()
    version_pattern: str = ""
    shares: tuple[str, ...] = ()

    def gives(self, reference: Reference) -> bool:
        """Whether it can build what a pin asks for, as far as the first component goes."""
        return not self.versions or _first(reference) in self.versions

    def version_in(self, output: str) -> str:
        """The version in what `version_command` printed, or nothing."""
        found = re.search(self.version_pattern, output)
        return found.group(1) if found else ""

    def context(self) -> BuildContext:
        """The files that the builder is given."""
        own = (file for file in sorted(self.folder.rglob("*")) if file.is_file())
        files = {file.relative_to(self.folder).as_posix(): file for file in own}
        files |= {name: SHARED / name for name in self.shares}
        return BuildContext(
            {
                path: ContextFile(file.read_bytes(), file.stat().st_mode & 0o777)
                for path, file in files.items()
            }
        )


def _first(reference: Reference) -> str:
    return (reference.version or reference.tag).split(".")[0]


@cache
def recipes() -> Mapping[str, Recipe]:
    """Every recipe, by the official image that it stands in for."""
    found = (_read(file) for file in sorted(FOLDER.glob("*/recipe.yaml")))
    return {recipe.image: recipe for recipe in found}


def _read(file: Path) -> Recipe:
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    return Recipe(
        image=data["image"],
        describes=data["describes"],
        folder=file.parent,
        versions=tuple(data.get("versions", ())),
        version_command=tuple(data.get("version_command", ())),
        version_pattern=data.get("version_pattern", ""),
        shares=tuple(data.get("shares", ())),
    )


def recipe_for(reference: Reference) -> Recipe | None:
    """The recipe that stands in for an image, whether or not it can give the pinned version."""
    return recipes().get(reference.official)


def base_act() -> BuildBase:
    """The act that makes the base of all recipes."""
    labels = {Label.RECIPE: RECIPE_BASE, Label.VERSION: __version__}
    return BuildBase(SUITE, BASE_TAG, labels)


def build_act(recipe: Recipe, reference: Reference) -> BuildRecipe:
    """The act that builds a recipe's image for a pin; its tag is the pin's until it is built."""
    version = reference.version or reference.tag
    labels = {
        Label.RECIPE: str(reference),
        Label.VERSION: __version__,
        Label.FINGERPRINT: fingerprint({"context": recipe.context().digest(), "pin": version}),
    }
    arguments = {"BASE": BASE_TAG, "VERSION": version, "MAJOR": version.split(".")[0]}
    return BuildRecipe(
        recipe=recipe.image,
        folder=str(recipe.folder),
        reference=reference,
        tag=str(reference.local_twin),
        base=BASE_TAG,
        labels=labels,
        arguments=arguments,
        shares=tuple(str(SHARED / name) for name in recipe.shares),
    )
