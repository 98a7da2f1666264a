"""The passwords that were made up for an instance: a file that only the user may read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from envcheck.core.errors import Fix, StepFailed
from envcheck.core.passwords import Password
from envcheck.host.large_files import unwritable
from envcheck.host.private import FOLDER, write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def password_path(folder: Path, instance: str) -> Path:
    """Where they are kept, in the folder of an engine."""
    return folder / "passwords" / f"{quote(instance, safe='')}.json"


def read_passwords(path: Path) -> dict[Password, str]:
    """The passwords in a file; none where there is no such file.

    Raises:
        StepFailed: it cannot be read, or is not what we write.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {_named(name): _text(value) for name, value in found.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        why = getattr(error, "strerror", None) or "it is not as envcheck writes it"
        raise StepFailed(
            f"the generated passwords in {path} cannot be read: {why}",
            id="passwords.unreadable",
            fix=Fix(
                "mend the file, which maps SERVICE.VARIABLE to the password; the running "
                "containers have the passwords in their environment"
            ),
        ) from None  # the text of a JSON error may quote what is in the file


def write_passwords(path: Path, passwords: Mapping[Password, str]) -> None:
    """Write them; without any there is no file.

    Raises:
        StepFailed: they could not be written.
    """
    try:
        if not passwords:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(exist_ok=True)
        path.parent.chmod(FOLDER)
        named = {str(password): value for password, value in passwords.items()}
        write_private(path, json.dumps(named, indent=2) + "\n")
    except OSError as error:
        raise unwritable(path, error, "passwords.unwritable") from error


def _named(name: str) -> Password:
    service, dot, variable = name.partition(".")
    if not (service and dot and variable):
        raise ValueError(name)
    return Password(service, variable)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise TypeError
    return value
