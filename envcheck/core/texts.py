"""Changing every text in a value: an event, a report, whatever is made of dataclasses. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

T = TypeVar("T")

Change = Callable[[str, str], str]
"""Makes another text of a text and the name of the field that it stands in."""


def with_texts(value: T, change: Change) -> T:
    """The same value with every text in it changed, and the keys of its mappings."""
    return cast("T", _changed(value, change, ""))


def _changed(value: Any, change: Change, name: str) -> Any:
    match value:
        case str():
            return change(value, name)
        case tuple():
            return tuple(_changed(item, change, name) for item in value)
        case Mapping():
            return {
                change(str(key), name): _changed(item, change, name) for key, item in value.items()
            }
        case _ if is_dataclass(value) and not isinstance(value, type):
            parts = {part.name: getattr(value, part.name) for part in fields(value)}
            return replace(value, **{n: _changed(part, change, n) for n, part in parts.items()})
        case _:
            return value
