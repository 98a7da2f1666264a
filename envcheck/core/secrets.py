"""Which variables hold secrets, and how a secret is shown: not at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

BLANK = "•••"
_SECRET = re.compile(r"(PASS(WORD|WD|PHRASE)?|SECRET|TOKEN|CREDENTIALS?|(API|ACCESS|PRIVATE)_?KEY)")
_SECRET_FILE = re.compile(r"_FILE$")
_URL_PASSWORD = re.compile(r"(?P<before>[a-z][a-z0-9+.-]*://[^/\s:@]*:)(?P<secret>[^@/\s]+)@")


def secret_names(names: Iterable[str]) -> frozenset[str]:
    """Those of the variables whose values must not be shown, told by their names.

    A name that ends in ``_FILE`` holds a path, not the secret.
    """
    return frozenset(
        name for name in names if _SECRET.search(name.upper()) and not _SECRET_FILE.search(name)
    )


def blank_urls(text: str) -> str:
    """The text with the password of every URL in it blanked."""
    return _URL_PASSWORD.sub(lambda found: f"{found['before']}{BLANK}@", text)
