"""The scripts that teach a shell to complete envcheck's command line."""

from __future__ import annotations

from pathlib import Path

from envcheck.core.completing import SHELLS
from envcheck.core.errors import Fix, UsageError

_FOLDER = Path(__file__).parent / "completion"


def script(shell: str) -> str:
    """The script for a shell.

    Raises:
        UsageError: there is none for it.
    """
    if shell not in SHELLS:
        text = f"there is no completion for '{shell}'" if shell else "which shell?"
        fix = Fix("one of these:", tuple(f"envcheck completion {each}" for each in SHELLS))
        raise UsageError(text, id="completion.which-shell", fix=fix)
    return (_FOLDER / f"envcheck.{shell}").read_text(encoding="utf-8").rstrip("\n")
