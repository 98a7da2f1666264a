"""Variables as GitLab's dotenv report, ``artifacts:reports:dotenv``. Pure.

The format is narrower than that of other .env files (docs.gitlab.com, "GitLab CI/CD artifacts
reports types"): a line is KEY=value with nothing quoted, names are letters, digits and ``_``, no
value is empty or has white space, and the file has at most 5 KB. How many variables it may have
depends on the installation: 20 where nobody has changed it, and up to 150 on gitlab.com.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES = 5 * 1024
MOST_VARIABLES = 150

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ELSE = Fix("take another format for it, or leave it out: --format dotenv, json or shell")


def dotenv(variables: Mapping[str, str]) -> str:
    """The variables, a line each.

    Raises:
        UsageError: the format cannot hold one of them, or not so many.
    """
    for name, value in variables.items():
        problem = _problem(name, value)
        if problem:
            raise _refused(f"{name} cannot stand in a GitLab dotenv report: {problem}")
    text = "\n".join(f"{name}={value}" for name, value in variables.items())
    if len(variables) > MOST_VARIABLES:
        raise _refused(f"a GitLab dotenv report has {MOST_VARIABLES} variables at most")
    if len(text.encode()) > MOST_BYTES:
        raise _refused(f"a GitLab dotenv report has {MOST_BYTES} bytes at most")
    return text


def _problem(name: str, value: str) -> str:
    """Why the format cannot hold a variable; the value itself is never told, it may be secret."""
    if not _NAME.fullmatch(name):
        return "its name has other signs than letters, digits and _"
    if not value:
        return "its value is empty"
    if value.splitlines() != [value]:
        return "its value has more than one line"
    if re.search(r"\s", value):
        return "its value has a space in it"
    return ""


def _refused(what: str) -> UsageError:
    return UsageError(what, id="usage.gitlab", fix=_ELSE)
