"""The forms that values in a JSON document from anybody may have. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping

    Form = Callable[[Any], bool]
    """Says whether a value may stand there."""


def matches(pattern: re.Pattern[str]) -> Form:
    """A text that a pattern fits as a whole."""
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def at_most(most: int) -> Form:
    """A whole number from 0 to that; true and false are none."""
    return lambda value: type(value) is int and 0 <= value <= most


def list_of(form: Form, most: int) -> Form:
    """A list of no more than so many values of a form."""
    return lambda value: isinstance(value, list) and len(value) <= most and all(map(form, value))


def object_of(forms: Mapping[str, Form]) -> Form:
    """An object with these keys and no others, each value of its form."""
    return lambda value: (
        isinstance(value, dict)
        and value.keys() == forms.keys()
        and all(form(value[name]) for name, form in forms.items())
    )
