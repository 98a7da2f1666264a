"""The folder that a project was checked out into."""

from __future__ import annotations

from pathlib import Path

from envcheck.host.profiles import FOLDER


def checkout_of(root: str) -> Path:
    """The checkout that a profile's folder belongs to.

    That is the nearest folder above with a ``.git`` (in a worktree that is a file); without one,
    the folder that holds `profiles/`, or the profile's own.
    """
    folder = Path(root)
    for each in (folder, *folder.parents):
        if (each / ".git").exists():
            return each
    return folder.parent if folder.name == FOLDER else folder
