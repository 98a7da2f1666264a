"""The user's own configuration of envcheck."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


def mirrors_file(environ: Mapping[str, str]) -> Path:
    """Where a user may name mirrors (XDG Base Directory); it need not be there."""
    home = environ.get("XDG_CONFIG_HOME")
    return Path(home or Path.home() / ".config") / "envcheck" / "mirrors.yaml"


def text_of(file: Path) -> str:
    """What stands in a file; nothing where there is none.

    Raises:
        UsageError: it is there and cannot be read.
    """
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeError) as error:
        fix = Fix("see that you may read it, or remove it")
        raise UsageError(
            f"{file} cannot be read: {error}", id="mirrors.invalid", fix=fix
        ) from error
