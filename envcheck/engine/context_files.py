"""Reading a build context as docker itself does, .dockerignore included.

This reads files, which is otherwise the host room's business: the rules for what belongs to a
context are Docker's, and the SDK has them (docs/decisions.md).
"""

from __future__ import annotations

from pathlib import Path

from docker.utils.build import exclude_paths

from envcheck.core.context import DOCKERFILE, BuildContext, ContextFile
from envcheck.core.errors import UsageError

_IGNORE = ".dockerignore"


def read_context(folder: str) -> BuildContext:
    """The files below a folder that are not ignored.

    Raises:
        UsageError: there is no Dockerfile in it, or a file cannot be read.
    """
    root = Path(folder)
    if not (root / DOCKERFILE).is_file():
        raise UsageError(f"there is no Dockerfile in {folder}", id="build.no-dockerfile")
    patterns = _patterns(root / _IGNORE)
    try:
        paths = sorted(exclude_paths(str(root), patterns, dockerfile=DOCKERFILE))
        files = {path: _file(root / path) for path in paths if not _is_folder(root / path)}
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}", id="build.unreadable") from error
    return BuildContext({Path(path).as_posix(): file for path, file in files.items()})


def _patterns(ignore: Path) -> list[str]:
    if not ignore.is_file():
        return []
    lines = (line.strip() for line in ignore.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _file(path: Path) -> ContextFile:
    if path.is_symlink():
        return ContextFile(b"", 0o777, link=str(path.readlink()))
    return ContextFile(path.read_bytes(), path.stat().st_mode & 0o777)
