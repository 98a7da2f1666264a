"""A new file for the project: shown, asked about, and written only where nothing is there yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core.errors import UsageError
from envcheck.host.project_files import write_new

if TYPE_CHECKING:
    from pathlib import Path

    from envcheck.app.session import Session
    from envcheck.core.errors import Fix


@dataclass(frozen=True)
class Offered:
    """A file, its text, and whether it is written: without anybody to ask it is not."""

    file: str
    text: str
    written: bool


def offer(session: Session, path: Path, text: str) -> Offered:
    """Show a text and write it where that is agreed to.

    Without anybody to ask and without a word of agreement nothing is written.

    Raises:
        UsageError: it was not agreed to.
        StepFailed: it could not be written.
    """
    if not (session.yes or session.ask):
        return Offered(str(path), text, written=False)
    session.agree(text.splitlines(), f"Write this to {path}?", id="file.agreed")
    write_new(path, text)
    return Offered(str(path), text, written=True)


def refuse_there(*paths: Path, id: str, fix: Fix) -> None:
    """See that none of the files is there.

    Raises:
        UsageError: one is.
    """
    for path in paths:
        if path.exists():
            raise UsageError(f"{path} is there already, and is left as it is", id=id, fix=fix)
