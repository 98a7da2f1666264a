"""Dependency order: each thing after all that it needs, otherwise as the profile has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def in_order(needs: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The keys so that each comes after its needs.

    Raises:
        ValueError: the needs go round in a circle; the message names it.
    """
    done: dict[str, None] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise ValueError(" -> ".join((*path[path.index(name) :], name)))
        if name in done:
            return
        for need in needs[name]:
            visit(need, (*path, name))
        done[name] = None

    for name in needs:
        visit(name, ())
    return tuple(done)
