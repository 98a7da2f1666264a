"""What `init` and `ci init` say when they are done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.cli.listeners import program_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envcheck.app.offering import Offered


def init_text(profile: Offered) -> str:
    """Where the profile is, or the profile itself and how to have it written."""
    program, name = program_name(), Path(profile.file).stem
    if not profile.written:
        return _unwritten(profile, f"`{program} init {name} --yes`")
    return f"{profile.file} is written. Next: {program} up {name}"


def ci_text(files: Sequence[Offered]) -> str:
    """The same of a workflow."""
    if not files[0].written:
        return "\n".join(_unwritten(each, "the same with --yes") for each in files)
    return "\n".join(f"{each.file} is written" for each in files)


def _unwritten(offered: Offered, how: str) -> str:
    return f"# Nothing is written yet: {how} writes this to {offered.file}\n{offered.text}".rstrip()
