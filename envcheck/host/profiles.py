"""Finding a profile's file and reading it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from envcheck.core.errors import Fix, UsageError
from envcheck.core.nearest import nearest

FOLDER = "profiles"
HERE = Path()
_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True)
class ProfileFile:
    """A profile's text, the file's name as a person would type it, and its absolute folder."""

    text: str
    file: str
    root: str


def find(name: str) -> ProfileFile:
    """The profile that a name or a path means; with no name, the only one there is.

    Raises:
        UsageError: there is none, or with no name more than one; the message lists what there is.
    """
    path = path_in(HERE, name)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text: {error}", id="profile.unreadable") from error
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", id="profile.unreadable") from error
    return ProfileFile(text, _shown(path), str(path.resolve().parent))


def known(project: Path = HERE) -> dict[str, Path]:
    """The profiles in the folder `profiles/` of a project, by name."""
    return {file.stem: file for file in profiles_in(project / FOLDER)}


def profiles_in(folder: Path) -> list[Path]:
    """The files in a folder that may be profiles."""
    return sorted(f for ending in _ENDINGS for f in folder.glob(f"*{ending}"))


def path_in(folder: Path, name: str) -> Path:
    """The file of the profile that a name or a path means in a project's folder.

    Raises:
        UsageError: as `find`.
    """
    if name and (name.endswith(_ENDINGS) or os.sep in name):
        return folder / name
    profiles = known(folder)
    if name in profiles:
        return profiles[name]
    listed = ", ".join(profiles) or f"none: no folder {folder / FOLDER}/ with a .yaml file here"
    if not name and len(profiles) == 1:
        return next(iter(profiles.values()))
    if not name:
        raise UsageError(f"which profile? There are: {listed}", id="profile.which")
    near = nearest(name, profiles)
    fix = Fix(f"did you mean '{near}'?") if near else None
    raise UsageError(
        f"there is no profile '{name}'; there are: {listed}", id="profile.unknown", fix=fix
    )


def _shown(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
