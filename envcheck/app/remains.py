"""What a run that is broken off may leave, told without asking the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.reporters.calling import call

if TYPE_CHECKING:
    from envcheck.app.session import Session
    from envcheck.core.deeds import Deed


def remains(session: Session) -> tuple[str, ...]:
    """What this run has made and not taken away again, as far as is known without asking."""
    made = session.journal.made() if session.journal else ()
    sure = ", ".join(f"{deed.kind} {deed.name}" for deed in made if deed.done)
    perhaps = ", ".join(f"{deed.kind} {deed.name}" for deed in made if not deed.done)
    aside = ", ".join(deed.name for deed in _put_aside(session))
    lines = (
        ("made by this run: ", sure),
        ("perhaps made by this run: ", perhaps),
        ("perhaps still put aside, and brought back by `up`: ", aside),
    )
    return tuple(f"{intro}{names}" for intro, names in lines if names)


def _put_aside(session: Session) -> tuple[Deed, ...]:
    return session.journal.under_way("rename") if session.journal else ()


def at_once(session: Session) -> tuple[str, ...]:
    """What is said when a run is ended at once: what may still be there, and what removes it."""
    if session.journal is None:
        return ()
    removes = call("envcheck", "clean", "", session.journal.instance)
    return (*remains(session), f"`{removes}` removes it; `envcheck status` shows it")
