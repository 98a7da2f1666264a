"""Facts about how images are built that the builder and the printed commands must agree on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.plan import BuildRecipe


BASE_OPTIONS = (
    "--variant=minbase",
    "--include=ca-certificates",
    # A base for images needs neither manuals nor translations.
    *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "info", "locale", "man")),
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
)
"""The options with which mmdebstrap makes the recipes' base."""


def import_options(labels: Mapping[str, str]) -> tuple[str, ...]:
    """`docker import` takes labels as Dockerfile instructions."""
    changes = (f'LABEL {name}="{value}"' for name, value in labels.items())
    return tuple(word for change in changes for word in ("--change", change))


def recipe_build_options(act: BuildRecipe) -> tuple[str, ...]:
    """The options of a recipe's build.

    Ours get the host's network: packages come as the host gets them. What a project brings along
    does not: nothing on this machine's loopback is its business.
    """
    arguments = (f"{name}={value}" for name, value in act.arguments.items())
    words = tuple(word for argument in arguments for word in ("--build-arg", argument))
    return words if act.recipe.own else ("--network", "host", *words)
