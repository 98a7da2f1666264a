"""The files of recipes: those beside the profiles, and those that come with envcheck."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

RECIPES = "recipes"
"""The folder of a project's own recipes, in the folder of its profiles."""

SHARED = "shared"
"""In a folder of recipes: what several of them copy."""

TEXT = "recipe.yaml"


@dataclass(frozen=True)
class RecipeFolder:
    """One recipe's folder, before it is read.

    Attributes:
        path: absolute.
        shown: as a person here would type it.
        text: of its `recipe.yaml`; None where there is none that could be read.
        strays: the symbolic links in it that lead out of it, relative to it.
    """

    path: str
    shown: str
    text: str | None
    strays: tuple[str, ...] = ()


def recipe_folders(folder: Path) -> tuple[RecipeFolder, ...]:
    """The recipes in a folder of recipes, by name; none where there is no such folder."""
    if not folder.is_dir():
        return ()
    found = (one for one in sorted(folder.iterdir()) if one.name != SHARED)
    return tuple(_folder(one) for one in found if one.is_dir() and not one.name.startswith("."))


def shared_files(folder: Path) -> dict[str, Path]:
    """What several recipes of a folder can copy, by name."""
    shared = folder / SHARED
    files = sorted(shared.iterdir()) if shared.is_dir() else ()
    return {file.name: file for file in files if file.is_file() and not file.is_symlink()}


def _folder(path: Path) -> RecipeFolder:
    strays = ("",) if path.is_symlink() else tuple(_strays(path))
    return RecipeFolder(str(path), _shown(path), None if strays else _text(path / TEXT), strays)


def _strays(path: Path) -> list[str]:
    inside = path.resolve()
    return [
        link.relative_to(path).as_posix()
        for folder, folders, files in os.walk(path)
        for link in (Path(folder, name) for name in (*folders, *files))
        if link.is_symlink() and not link.resolve().is_relative_to(inside)
    ]


def _text(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _shown(path: Path) -> str:
    shown = os.path.relpath(path)
    return str(path) if shown.startswith("..") else shown
