"""Just enough of the Dockerfile language to know and to change the images that it starts from.

The grammar of FROM: https://docs.docker.com/reference/dockerfile/#from
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_FROM = re.compile(
    r"^\s*FROM\s+(?P<flags>(?:--\S+\s+)*)(?P<image>\S+)(?:\s+AS\s+(?P<stage>\S+))?\s*$",
    re.IGNORECASE,
)
_ARG = re.compile(r"^\s*ARG\s+(?P<name>\w+)(?:=(?P<value>\S*))?\s*$", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\{?(?P<name>\w+)(?::-(?P<default>[^}]*))?\}?")
_NO_IMAGE = "scratch"


@dataclass(frozen=True)
class From:
    """A FROM line: where it stands (from 0), the image as written and with arguments filled in."""

    line: int
    written: str
    image: str
    flags: str
    stage: str


def from_lines(text: str) -> tuple[From, ...]:
    """Every FROM line of a Dockerfile, with ``ARG`` defaults filled in."""
    arguments: dict[str, str] = {}
    found: list[From] = []
    for number, line in enumerate(text.splitlines()):
        if (argument := _ARG.match(line)) and not found:
            arguments[argument["name"]] = (argument["value"] or "").strip("\"'")
        elif start := _FROM.match(line):
            image = _fill(start["image"], arguments)
            found.append(From(number, start["image"], image, start["flags"], start["stage"] or ""))
    return tuple(found)


def _fill(text: str, arguments: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: arguments.get(found["name"]) or found["default"] or "", text)


def base_images(text: str) -> tuple[str, ...]:
    """The images that a Dockerfile starts from, without its own stages and ``scratch``."""
    stages: set[str] = set()
    bases: dict[str, None] = {}
    for start in from_lines(text):
        if start.image.lower() not in stages and start.image != _NO_IMAGE:
            bases[start.image] = None
        stages.add(start.stage.lower())
    return tuple(bases)


def rebased(text: str, bases: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """The Dockerfile with other base images, and with labels on every one of its stages.

    The classic builder leaves the images of earlier stages behind without a name; the labels are
    how they are known as ours and removed.
    """
    lines = text.splitlines()
    mark = "LABEL " + " ".join(f'{name}="{_quoted(value)}"' for name, value in labels.items())
    for start in from_lines(text):
        stage = f" AS {start.stage}" if start.stage else ""
        image = bases.get(start.image, start.written)
        lines[start.line] = f"FROM {start.flags}{image}{stage}"
        if labels:
            lines[start.line] += f"\n{mark}"
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
