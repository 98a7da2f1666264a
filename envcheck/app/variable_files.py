"""The files that an instance's variables are written to: kept true while it is up, gone with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.app import connect, passwords
from envcheck.core.errors import StepFailed, UsageError
from envcheck.core.events import Note
from envcheck.core.variable_file import NAME, Mark, marked
from envcheck.host.checkout import checkout_of
from envcheck.host.variable_file import look, remove, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.app.session import Session
    from envcheck.core.profile import Profile
    from envcheck.core.spec import Owner

_SHELL = (".sh", ".envrc", ".bash")
"""How files end that a shell reads; all others are read by what reads .env files."""


def agree(session: Session, file: str) -> None:
    """See, before anything is done, that a file may be written to.

    Raises:
        UsageError: there is no folder for it; or something is there that envcheck has not written,
            or that was changed since, and it was not agreed to overwrite that.
    """
    if not file:
        return
    path = _absolute(file)
    if not path.parent.is_dir() or path.is_dir():
        what = "is a folder" if path.is_dir() else "is in no folder that is there"
        raise UsageError(f"--write-env {file}: it {what}", id="variables.no-folder")
    found = look(path)
    if found is None or (isinstance(found, Mark) and found.intact):
        return
    why = "was changed since envcheck wrote it" if isinstance(found, Mark) else "is not envcheck's"
    session.agree((str(path),), f"{file} {why}. Overwrite it?", id="variables.not-ours")


def write_all(session: Session, profile: Profile, owner: Owner, file: str) -> None:
    """Write an instance's variables to a file, and again to those that they stand in already.

    Raises:
        UsageError: a file cannot hold a value.
        StepFailed: a file cannot be written.
    """
    ledger, asked = session.ledger(), _absolute(file) if file else None
    paths = {Path(path) for path in ledger.variable_files(owner.instance)}
    if not asked and not paths:
        return
    whole = passwords.known(session, profile, owner.instance)
    found = connect.variables(whole, owner, session.engine().observe())
    for path in sorted({*paths, *((asked,) if asked else ())}):
        if path != asked and not _is_intact(session, path, owner.instance):
            ledger.forget_variable_file(str(path))
            continue
        form = "shell" if path.name.endswith(_SHELL) else "dotenv"
        body = f"{connect.formatted(found, form)}\n"
        ledger.add_variable_file(str(path), owner.instance)
        write(path, marked(body, owner.instance, session.folder().name))
        if path == asked:
            session.emit(Note(f"the variables are in {file}, until `down` or `clean`"))


def remove_all(session: Session, instance: str, profile: Profile | None = None) -> None:
    """Remove the files with an instance's variables; what somebody has changed stays.

    Where the ledger was lost they are looked for under their usual name, here and in the checkout.
    """
    ledger = session.ledger()
    known = {Path(path) for path in ledger.variable_files(instance)}
    for path in sorted({*known, *_usual(profile)}):
        found = look(path)
        if isinstance(found, Mark) and _meant(session, found, instance):
            _remove(session, path, found)
        if path in known:
            ledger.forget_variable_file(str(path))


def _remove(session: Session, path: Path, found: Mark) -> None:
    if not found.intact:
        session.emit(Note(f"{path} was changed by hand, so it stays"))
        return
    try:
        remove(path)
    except StepFailed as error:
        session.emit(Note(error.what))
    else:
        session.emit(Note(f"removed {path}"))


def _is_intact(session: Session, path: Path, instance: str) -> bool:
    found = look(path)
    return isinstance(found, Mark) and found.intact and _meant(session, found, instance)


def _meant(session: Session, mark: Mark, instance: str) -> bool:
    return (mark.instance, mark.engine) == (instance, session.folder().name)


def _usual(profile: Profile | None) -> Iterator[Path]:
    yield Path.cwd() / NAME
    if profile is not None:
        yield checkout_of(profile.root) / NAME


def _absolute(file: str) -> Path:
    """Where a file is, whatever folder is the current one later; a link at its end is left be."""
    path = Path(file)
    return path.parent.resolve() / path.name
