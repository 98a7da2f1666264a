"""What an instance is called: as the user says, or after its checkout. Pure."""

from __future__ import annotations

import hashlib
import re

from envcheck.core.errors import Fix, UsageError

AUTO = "auto"
"""The word for a name that is made from the profile and the checkout that it is in."""

VARIABLE = "ENVCHECK_INSTANCE"
"""The environment variable that says what an instance is called where no flag does."""

LONGEST = 63
_NAME = re.compile(rf"[a-zA-Z0-9][a-zA-Z0-9_.-]{{0,{LONGEST - 1}}}", re.ASCII)
_DIGITS = 8
_LONGEST_PROFILE, _LONGEST_FOLDER = 32, 21  # with two dashes and the digits: 63


def automatic(profile: str, checkout: str, root: str) -> str:
    """The name of an instance that is nobody else's on this machine.

    Readable by its beginning, and told apart by its end: two checkouts, and two profiles of one
    name in one checkout, have different names.

    Args:
        profile: the profile's name.
        checkout: the name of the folder that the project is checked out into.
        root: the real path of the profile's own folder.
    """
    end = hashlib.sha256(f"{profile}\0{root}".encode("utf-8", "surrogateescape")).hexdigest()
    begins = profile[:_LONGEST_PROFILE]
    folder = _slug(checkout)
    parts = (begins, folder if folder != begins else "", end[:_DIGITS])
    return "-".join(filter(None, parts))


def refuse_unfit(name: str, said_by: str) -> None:
    """See that a name can be that of a container and of a volume, with more behind it.

    Args:
        name: the instance's name.
        said_by: where it was said, for the message.

    Raises:
        UsageError: it cannot.
    """
    if _NAME.fullmatch(name):
        return
    shown = ascii(name[:LONGEST])[1:-1] + ("…" if len(name) > LONGEST else "")
    raise UsageError(
        f"{said_by}: '{shown}' can be no instance's name",
        id="instance.bad-name",
        fix=Fix(
            f"1 to {LONGEST} of a-z, A-Z, 0-9, '_', '.' and '-', the first of them a letter or a "
            f"digit; or `{AUTO}`, which makes a name from the checkout's folder"
        ),
    )


def _slug(text: str) -> str:
    """The text with nothing in it that a name cannot have, short enough to be a part of one."""
    letters = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return letters[:_LONGEST_FOLDER].strip("-")
