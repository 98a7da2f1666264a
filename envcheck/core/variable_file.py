"""A file with an instance's variables: its first line says whose it is, and what was written. Pure.

The line tells a file of ours from everybody else's, and one that somebody has changed since from
one that can be taken away again, whatever is on record.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

NAME = ".env.envcheck"
"""What such a file is called where nobody says otherwise."""

_LINE = (
    "# variables of envcheck instance {instance} on engine {engine}, sha256 {digest}; "
    "`envcheck down` and `clean` remove this file\n"
)
_PATTERN = re.compile(
    r"# variables of envcheck instance (?P<instance>\S+) on engine (?P<engine>\S+), "
    r"sha256 (?P<digest>[0-9a-f]{64});[^\n]*\n"
)


@dataclass(frozen=True)
class Mark:
    """Whose variables a file holds, and whether it is as it was written."""

    instance: str
    engine: str
    intact: bool


def marked(body: str, instance: str, engine: str) -> str:
    """The text of a file with these lines in it."""
    return _LINE.format(instance=instance, engine=engine, digest=_digest(body)) + body


def mark_of(text: str) -> Mark | None:
    """What a file's first line says; None where it is no file of ours."""
    found = _PATTERN.match(text)
    if found is None:
        return None
    intact = _digest(text[found.end() :]) == found["digest"]
    return Mark(found["instance"], found["engine"], intact)


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogateescape")).hexdigest()
