"""What `init` and `ci init` say when they are done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.cli.listeners import program_name

if TYPE_CHECKING:
    from envcheck.app.init import Written


def init_text(written: Written) -> str:
    """Where the profile is, or the profile itself and how to have it written."""
    program, name = program_name(), Path(written.file).stem
    if not written.written:
        how = (
            f"# Nothing is written yet: `{program} init {name} --yes` writes this to {written.file}"
        )
        return f"{how}\n{written.text}".rstrip()
    return f"{written.file} is written. Next: {program} up {name}"
