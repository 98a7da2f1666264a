"""The files of a project that a bundle carries: all that `up` reads of the profile's folder."""

from __future__ import annotations

import hashlib
import posixpath
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.core.errors import StepFailed, UsageError
from envcheck.engine.context_files import read_context
from envcheck.host.lockfiles import lock_path
from envcheck.host.seed_files import content
from envcheck.images.bundle.index import FileEntry
from envcheck.images.bundle.paths import FOLDER, fault_of_link, fault_of_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from envcheck.app.builds import Build
    from envcheck.core.context import ContextFile
    from envcheck.core.profile import Profile

RECIPES = "recipes"
"""The folder of a project's own recipes, beside its profiles."""


@dataclass(frozen=True)
class ProjectFile:
    """A file as a bundle holds it, and how to read it."""

    entry: FileEntry
    pieces: Callable[[], Iterable[bytes]]


def profile_path(profile: Profile) -> str:
    """Where a bundle puts the profile itself."""
    return f"{FOLDER}/{Path(profile.file).name}"


def project_files(profile: Profile, builds: Mapping[str, Build]) -> tuple[ProjectFile, ...]:
    """The profile, its lockfile, its build contexts, its seeds and its own recipes.

    Raises:
        UsageError: a file or link of them can be in no bundle.
        StepFailed: one cannot be read.
    """
    root = Path(profile.root)
    lock = root / lock_path(profile).name
    paths = [root / Path(profile.file).name, *([lock] if lock.exists() else [])]
    paths += [root / name for service in profile.services.values() for name in service.seed]
    paths += sorted(path for path in (root / RECIPES).rglob("*") if path.is_file())
    files = {path.relative_to(root).as_posix(): path for path in paths}
    found = {name: _on_disk(name, path) for name, path in files.items()}
    for build in builds.values():
        found |= {file.entry.path: file for file in _context(build)}
    whole = {file.entry.path: file for file in found.values()}
    for file in whole.values():
        _refuse(file.entry)
    return tuple(whole[path] for path in sorted(whole))


def _context(build: Build) -> Iterator[ProjectFile]:
    folder = posixpath.normpath(posixpath.join(FOLDER, build.service.build or ""))
    for name, file in read_context(build.folder).files.items():
        yield _in_memory(f"{folder}/{name}", file)


def _in_memory(path: str, file: ContextFile) -> ProjectFile:
    if file.link:
        return ProjectFile(FileEntry(path, file.mode, link=file.link), tuple)
    digest = hashlib.sha256(file.content).hexdigest()
    entry = FileEntry(path, file.mode, len(file.content), digest)
    return ProjectFile(entry, lambda: (file.content,))


def _on_disk(name: str, path: Path) -> ProjectFile:
    try:
        found, total = content(str(path), packed=False), hashlib.sha256()
        for piece in found.pieces():
            total.update(piece)
        mode = path.stat().st_mode & 0o777
    except OSError as error:
        text = f"{path} cannot be read: {error.strerror}"
        raise StepFailed(text, id="file.unreadable") from error
    entry = FileEntry(f"{FOLDER}/{name}", mode, found.size, total.hexdigest())
    return ProjectFile(entry, found.pieces)


def _refuse(entry: FileEntry) -> None:
    fault = fault_of_path(entry.path) or (entry.link and fault_of_link(entry.path, entry.link))
    if fault:
        kind = "link" if entry.link else "file"
        text = f"the {kind} {ascii(entry.path)[1:-1]} can be in no bundle: {fault}"
        raise UsageError(text, id="bundle.path")
