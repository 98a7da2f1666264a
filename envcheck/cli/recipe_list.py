"""The recipes as a table, and for JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envcheck.app.recipe import BuiltImage, ListedRecipe


def recipes_text(found: Sequence[ListedRecipe]) -> str:
    """The recipes, a line each, and below each its images on the engine."""
    rows = [(one.recipe.image, _versions(one), _origin(one)) for one in found]
    wide = [max(len(row[at]) for row in rows) for at in range(2)]
    lines: list[str] = []
    for one, (image, versions, origin) in zip(found, rows, strict=True):
        about = f"{one.recipe.describes}{origin}"
        lines.append(f"{image:<{wide[0]}}   {versions:<{wide[1]}}   {about}")
        lines += [f"  {_shown(built)}" for built in one.images or ()]
    return "\n".join(lines)


def _versions(one: ListedRecipe) -> str:
    return ", ".join(one.recipe.versions) or "any"


def _origin(one: ListedRecipe) -> str:
    if not one.recipe.own:
        return ""
    instead = ", instead of envcheck's own" if one.replaces else ""
    return f" ({one.recipe.own}{instead})"


def _shown(built: BuiltImage) -> str:
    state = "current" if built.current else "of an older recipe"
    return f"{built.name}   for {built.pin}, {state}"


def recipes_data(found: Sequence[ListedRecipe]) -> list[dict[str, Any]]:
    """The recipes for JSON; ``images`` is null where no engine could be asked."""
    return [
        {
            "image": one.recipe.image,
            "describes": one.recipe.describes,
            "versions": [*one.recipe.versions],
            "folder": one.recipe.own or None,
            "replaces": one.replaces,
            "fingerprint": one.recipe.fingerprint,
            "images": None if one.images is None else [asdict(built) for built in one.images],
        }
        for one in found
    ]
