"""Which Node a project says that it wants, and who of them says something else. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from envcheck.core.npm_range import allows, read_range, read_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from envcheck.core.npm_range import Span

FILES = ("package.json", ".nvmrc", ".node-version", ".tool-versions")

# The names of the lines with long support, as `.nvmrc` has them (github.com/nodejs/Release).
_LINES = {
    "argon": 4,
    "boron": 6,
    "carbon": 8,
    "dubnium": 10,
    "erbium": 12,
    "fermium": 14,
    "gallium": 16,
    "hydrogen": 18,
    "iron": 20,
    "jod": 22,
    "krypton": 24,
}


@dataclass(frozen=True)
class Claim:
    """What somebody says about Node: who, in which words, and the versions that it admits."""

    who: str
    says: str
    spans: tuple[Span, ...]

    def admits(self, version: tuple[int, ...]) -> bool:
        """Whether a version, which may be cut short, is one of those."""
        return allows(self.spans, version)


def claims(texts: Mapping[str, str], folder: str = "") -> Iterator[Claim]:
    """What the files of a folder say; what says nothing certain (``lts/*``) is passed over."""
    for name in FILES:
        where = f"{folder}/{name}" if folder else name
        for says in _said(name, texts.get(name, "")):
            spans = _spans(says)
            if spans:
                yield Claim(where, says, spans)


def claim_of_machine(version: str) -> Claim | None:
    """The Node of a machine: it goes with every one of the same major version."""
    try:
        return Claim("this machine", version, read_range(str(read_version(version)[0])))
    except (ValueError, IndexError):
        return None


def differing(found: Iterable[Claim], version: tuple[int, ...]) -> tuple[Claim, ...]:
    """Those who do not admit a version."""
    return tuple(claim for claim in found if not claim.admits(version))


def _said(name: str, text: str) -> Iterator[str]:
    match name:
        case "package.json":
            yield from _package(text)
        case ".tool-versions":
            lines = (line.partition("#")[0].split() for line in text.splitlines())
            yield from (words[1] for words in lines if len(words) > 1 and words[0] in _PROGRAMS)
        case _:
            lines = (line.partition("#")[0].split() for line in text.splitlines())
            yield from [words[0] for words in lines if words][:1]


_PROGRAMS = ("nodejs", "node")


def _package(text: str) -> Iterator[str]:
    try:
        data: Any = json.loads(text) if text else {}
    except ValueError:
        return
    engines = data.get("engines") if isinstance(data, dict) else None
    wanted = engines.get("node") if isinstance(engines, dict) else None
    if isinstance(wanted, str):
        yield wanted


def _spans(says: str) -> tuple[Span, ...]:
    line = _LINES.get(says.lower().removeprefix("lts/").removeprefix("lts-"))
    try:
        return read_range(str(line) if line else says)
    except ValueError:
        return ()
