"""What the reader finds wrong on its way through a profile, gathered rather than raised.

A part that is found wrong is *spoiled*: it is left out from there on, so that the rest can still be
judged and one mistake is told once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from envcheck.core.errors import Problem

if TYPE_CHECKING:
    from envcheck.core.parsing.yaml_source import Path, Source
    from envcheck.core.profile import Place

_PART_DEPTH = {"services": 3, "requires": 2, "tools": 2, "exports": 2}


@dataclass
class Findings:
    """What was found in one file.

    Attributes:
        spoiled: the parts that are left out from here on.
        misspelt: keys that are not missing: another key was meant to be them.
        warnings: sentences about what is allowed but unwise.
    """

    source: Source
    problems: list[Problem] = field(default_factory=list)
    spoiled: set[Path] = field(default_factory=set)
    misspelt: set[Path] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)

    def at_value(self, path: Path, message: str, hint: str = "") -> None:
        """Something is wrong with the value at a path."""
        self._add(self.source.value_place(path), path, message, hint)

    def at_key(self, path: Path, message: str, hint: str = "") -> None:
        """Something is wrong with the key of a path, or with its being there."""
        self._add(self.source.key_place(path), path, message, hint)

    def warn(self, path: Path, message: str) -> None:
        """Something is allowed but unwise."""
        self.warnings.append(f"{dotted(path)}: {message}")

    def spoil(self, path: Path) -> None:
        """Leave out the part that a path belongs to."""
        self.spoiled.add(part_of(path))

    def sound(self, path: Path) -> bool:
        """Whether nothing is known against the part that a path belongs to."""
        part = part_of(path)
        return not any(part[:length] in self.spoiled for length in range(1, len(part) + 1))

    def in_order(self) -> list[Problem]:
        """The problems by place, each once: an alias tells the same problem again."""
        every = {*self.source.problems, *self.problems}
        return sorted(every, key=lambda p: (p.line, p.column, p.message))

    def _add(self, place: Place, path: Path, message: str, hint: str) -> None:
        self.spoil(path)
        self.problems.append(Problem(place.file, place.line, place.column, message, hint))


def part_of(path: Path) -> Path:
    """The part of a profile that is judged as one: a top-level key, or one field of a service."""
    return path[: _PART_DEPTH.get(str(path[0]), 1)] if path else path


def without(data: Any, spoiled: set[Path]) -> Any:
    """The data less its spoiled parts; the data itself is left as it is."""
    return _pruned(data, (), spoiled)


def _pruned(data: Any, path: Path, spoiled: set[Path]) -> Any:
    if not isinstance(data, dict):
        return data
    kept = {key: value for key, value in data.items() if (*path, key) not in spoiled}
    return {key: _pruned(value, (*path, key), spoiled) for key, value in kept.items()}


def dotted(path: Path) -> str:
    """A path for people: ``services.db.ports[0]``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")
