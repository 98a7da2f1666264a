"""The mirrors that the user has named, in the order in which they are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.mirrors import VARIABLE, Mirror, parse_file, parse_variable
from envcheck.host.configuration import mirrors_file, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def mirrors_of(environ: Mapping[str, str]) -> tuple[Mirror, ...]:
    """What the variable names, then what the user's file names, each mirror once.

    Raises:
        UsageError: one of the two cannot be read.
    """
    file = mirrors_file(environ)
    told = parse_variable(environ.get(VARIABLE, ""))
    return tuple(dict.fromkeys((*told, *parse_file(text_of(file), str(file)))))
