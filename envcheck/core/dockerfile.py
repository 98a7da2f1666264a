"""Just enough of the Dockerfile language to know and to change the images that it starts from.

The grammar of FROM: https://docs.docker.com/reference/dockerfile/#from
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# Between the words of an instruction that goes on on the next line.
_GAP = r"(?:\s|\\[ \t]*\r?\n)+"
_FROM = re.compile(
    rf"\s*FROM{_GAP}(?P<flags>(?:--\S+{_GAP})*)(?P<image>[^\s\\]+)(?:{_GAP}AS{_GAP}(?P<stage>\S+))?\s*",
    re.IGNORECASE,
)
_ARG = re.compile(r"\s*ARG\s+(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_ARGUMENT = re.compile(r"""(?P<name>\w+)(?:=(?P<value>"[^"]*"|'[^']*'|\S*))?""")
_VARIABLE = re.compile(r"\$(?:\{(?P<name>\w+)(?::?-(?P<default>[^}]*))?\}|(?P<plain>\w+))")
_GOES_ON = re.compile(r"\\[ \t]*\r?$")
_NO_IMAGE = "scratch"
# The builder joins lines, also within a word, over comments and empty lines between them; a
# directive can make the backquote do what a backslash does.
_JOINT = r"(?:[\\`][ \t]*\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*)*"
_ADD = re.compile(
    rf"^\s*(?:ONBUILD\s+)?{_JOINT.join('ADD')}(?:\s|[\\`])", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True)
class From:
    """A FROM instruction.

    Attributes:
        first: its first line, from 0.
        last: its last line.
        written: the image as it is written.
        image: the image with arguments filled in.
        stage: the name that the stage is given, or nothing.
    """

    first: int
    last: int
    written: str
    image: str
    stage: str


def from_lines(text: str) -> tuple[From, ...]:
    """Every FROM instruction of a Dockerfile, with ``ARG`` defaults filled in."""
    arguments: dict[str, str] = {}
    found: list[From] = []
    lines = text.split("\n")  # and not at the other characters that Python takes for a line's end
    for first, last in _instructions(lines):
        instruction = "\n".join(lines[first : last + 1])
        if (argument := _ARG.fullmatch(instruction)) and not found:
            for one in _ARGUMENT.finditer(argument["rest"]):
                arguments[one["name"]] = _fill((one["value"] or "").strip("\"'"), arguments)
        elif start := _FROM.fullmatch(instruction):
            image = _fill(start["image"], arguments)
            found.append(From(first, last, start["image"], image, start["stage"] or ""))
    return tuple(found)


def _instructions(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """First and last line of each instruction; comments and blank lines within it belong to it."""
    first: int | None = None
    for number, line in enumerate(lines):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        first = number if first is None else first
        if not _GOES_ON.search(line):
            yield first, number
            first = None
    if first is not None:
        yield first, len(lines) - 1


def _fill(text: str, arguments: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        return arguments.get(found["name"] or found["plain"]) or found["default"] or ""

    return _VARIABLE.sub(value, text)


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

    All else in it stays byte for byte. The classic builder leaves the images of earlier stages
    behind without a name; the labels are how they are known as ours and removed.
    """
    lines = text.split("\n")
    mark = "LABEL " + " ".join(f'{name}="{_quoted(value)}"' for name, value in labels.items())
    for start in reversed(from_lines(text)):
        instruction = "\n".join(lines[start.first : start.last + 1])
        match = _FROM.fullmatch(instruction)
        if match and start.image in bases:
            before, after = instruction[: match.start("image")], instruction[match.end("image") :]
            instruction = f"{before}{bases[start.image]}{after}"
        lines[start.first : start.last + 1] = [instruction, *([mark] if labels else [])]
    return "\n".join(lines)


def add_line(text: str) -> int | None:
    """The line, from 1, on which an ADD instruction may begin; None where there is none.

    An address that it names is fetched by the engine itself, with its own network, not the build's.
    """
    found = _ADD.search(text)
    if found is None:
        return None
    blank = len(found[0]) - len(found[0].lstrip())
    return text.count("\n", 0, found.start() + blank) + 1


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
