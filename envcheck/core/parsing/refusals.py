"""How a single value is refused while it is read; `validation` gives each its place.

The messages go to the user as they are. They never quote what may be a secret: the value of a
variable, or a command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

K = TypeVar("K", int, str)
T = TypeVar("T")


class RefusedError(ValueError):
    """A value that cannot be."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class RefusedKeyError(RefusedError):
    """The key of an entry cannot be."""


class WrongTypeError(ValueError):
    """A value of another type than ``wanted``, e.g. ``a list``."""

    def __init__(self, wanted: str, value: Any) -> None:
        super().__init__(wanted)
        self.wanted = wanted
        self.value = value


class EntriesError(ValueError):
    """Entries of a list or mapping that were refused, each at its index or key."""

    def __init__(self, errors: Mapping[Any, ValueError]) -> None:
        super().__init__()
        self.errors = errors


def each(entries: Iterable[tuple[K, Any]], parse: Callable[[Any], T]) -> dict[K, T]:
    """Parse every entry.

    Raises:
        EntriesError: all that were refused, not just the first.
    """
    done: dict[K, T] = {}
    errors: dict[K, ValueError] = {}
    for at, entry in entries:
        try:
            done[at] = parse(entry)
        except ValueError as error:  # noqa: PERF203 - all refusals are wanted, not the first
            errors[at] = error
    if errors:
        raise EntriesError(errors)
    return done
