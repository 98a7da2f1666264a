"""Reading profiles in tests: a small catalogue, and problems as the lines a person sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import ProfileInvalid
from envcheck.core.parsing.reader import read_profile
from envcheck.core.profile import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.profile import Profile, Service

VOCABULARY = Vocabulary(
    kinds=frozenset({"postgres", "redis", "node", "job", "container"}),
    images={"postgres": "postgres", "redis": "redis", "node": "node"},
    required={"postgres": (("POSTGRES_PASSWORD", "POSTGRES_HOST_AUTH_METHOD"),)},
    jobs=frozenset({"job"}),
    seedable=frozenset({"postgres"}),
)


def read(text: str, environ: Mapping[str, str] | None = None) -> Profile:
    """The profile that a text means."""
    return read_profile(
        text, file="p.yaml", root="/project", environ=environ or {}, vocabulary=VOCABULARY
    )


def problems(text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """What is wrong with a text, as a person is told it."""
    with pytest.raises(ProfileInvalid) as caught:
        read(text, environ)
    return [str(problem) for problem in caught.value.problems]


def with_top(line: str) -> str:
    """A sound profile and one more top-level line: line 4, column 1."""
    return f"name: app\nservices:\n  s: {{image: 'app:1.0'}}\n{line}\n"


def with_line(line: str) -> str:
    """A profile with one service ``s`` and one more line in it: line 5, column 5."""
    return f"name: app\nservices:\n  s:\n    image: app:1.0\n    {line}\n"


def service(text: str, environ: Mapping[str, str] | None = None) -> Service:
    """The service ``s`` of a profile."""
    return read(text, environ).services["s"]
