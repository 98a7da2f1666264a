"""Small files of our own, read value by value: each mistake with its place, all of them at once.

For what has a handful of keys, such as a lockfile; a profile's many are held against `forms`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from envcheck.core.errors import Problem, ProfileInvalid
from envcheck.core.nearest import did_you_mean
from envcheck.core.parsing.wording import Unquoted, noun, quote
from envcheck.core.parsing.yaml_source import read_source

if TYPE_CHECKING:
    from collections.abc import Collection

    from envcheck.core.parsing.yaml_source import Path, Source

_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True)
class Wanted:
    """What a text must be: all of it matches the pattern; ``what`` says so in plain words."""

    pattern: re.Pattern[str]
    what: str


ANY_TEXT = Wanted(re.compile(r"[\s\S]*"), "text")


@dataclass
class Fields:
    """A file whose values are taken one after the other.

    Attributes:
        noun: what the file is, in one word: errors are called after it.
        problems: what was found wrong so far. A value that is wrong is given out as an empty one.
    """

    source: Source
    noun: str
    problems: list[Problem] = field(default_factory=list)

    def entries(self, path: Path) -> dict[str, Any]:
        """The mapping at a path, whatever its keys are."""
        value = self._at(path)
        if isinstance(value, dict):
            return value
        if value is not _MISSING:
            self.wrong(path, f"{_label(path)} must be a mapping, not {noun(value)}")
        return {}

    def keys(
        self, path: Path, required: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, Any]:
        """The mapping at a path; keys that are missing or unknown are told."""
        found = self.entries(path)
        known = (*required, *optional)
        for name in found:
            if name not in known:
                text = f"unknown key {quote(name)}"
                self._add(self.source.key_place((*path, name)), text, did_you_mean(name, known))
        if isinstance(self._at(path), dict):
            for name in required:
                if name not in found:
                    self.wrong(path, f"the key {quote(name)} is missing")
        return found

    def text(self, path: Path, wanted: Wanted = ANY_TEXT) -> str:
        """The text at a path; nothing where there is none, which is told if a key is there."""
        value = self._at(path)
        if isinstance(value, str) and wanted.pattern.fullmatch(value):
            return value
        if value is not _MISSING:
            shown = quote(value) if isinstance(value, str) else noun(value)
            self.wrong(path, f"{_label(path)} must be {wanted.what}, not {shown}")
        return ""

    def number(self, path: Path) -> int:
        """The whole number at a path, 0 or more."""
        value = self._at(path)
        if isinstance(value, Unquoted) and _NUMBER.fullmatch(value.text):
            return int(value.text)
        if value is not _MISSING:
            self.wrong(path, f"{_label(path)} must be a whole number, not {noun(value)}")
        return 0

    def texts(self, path: Path, wanted: Wanted = ANY_TEXT) -> tuple[str, ...]:
        """The list of texts at a path; empty where there is none."""
        value = self._at(path)
        if isinstance(value, list):
            return tuple(self.text((*path, index), wanted) for index in range(len(value)))
        if value is not _MISSING:
            self.wrong(path, f"{_label(path)} must be a list, not {noun(value)}")
        return ()

    def wrong(self, path: Path, message: str, hint: str = "") -> None:
        """Note that something is wrong with the value at a path."""
        self._add(self.source.value_place(path), message, hint)

    def wrong_key(self, path: Path, message: str, hint: str = "") -> None:
        """Note that something is wrong with the key at a path."""
        self._add(self.source.key_place(path), message, hint)

    def done(self) -> None:
        """Say that all has been taken.

        Raises:
            ProfileInvalid: something was wrong.
        """
        every = {*self.source.problems, *self.problems}
        if every:
            in_order = sorted(every, key=lambda p: (p.line, p.column, p.message))
            raise ProfileInvalid(in_order, self.noun)

    def _add(self, place: Any, message: str, hint: str) -> None:
        self.problems.append(Problem(place.file, place.line, place.column, message, hint))

    def _at(self, path: Path) -> Any:
        value = self.source.data
        for step in path:
            if isinstance(value, dict):
                value = value.get(str(step), _MISSING)
            elif isinstance(value, list) and isinstance(step, int):
                value = value[step]
            else:
                return _MISSING
        return value


_MISSING = object()


def open_fields(text: str, file: str, noun: str) -> Fields:
    """The values of a YAML text.

    Raises:
        ProfileInvalid: the text is not YAML at all.
    """
    try:
        return Fields(read_source(text, file), noun)
    except ProfileInvalid as error:
        raise ProfileInvalid(error.problems, noun) from None


def _label(path: Path) -> str:
    names = [str(step) for step in path if isinstance(step, str)]
    if not names:
        return "the file"
    return quote(names[-1]) if path[-1] == names[-1] else f"an entry of {quote(names[-1])}"
