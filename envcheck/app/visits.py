"""Visits: an instance that is up for a while only, and becomes then what it was before.

Several may visit an instance at once, each in a process of its own: the first one puts on record
what ran before, the last one to leave restores it. Whoever brings the instance up to stay, or takes
it away, strikes the record off: nothing is restored then. A visitor that is killed leaves the
instance up and the record where it is, for the next one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from envcheck.app.snapshots.safety import UNSAID, Wish
from envcheck.app.state import visit_path
from envcheck.app.teardown import CleanOptions, clean_one, take_down
from envcheck.core import events as ev
from envcheck.core.choice import one_of
from envcheck.core.observed import owned
from envcheck.host.locks import Share
from envcheck.run.ledger_file import unusable

if TYPE_CHECKING:
    from envcheck.app.session import Session
    from envcheck.core.observed import Observed
    from envcheck.core.profile import Profile
    from envcheck.core.spec import Owner

After = Literal["as-before", "keep", "down", "clean"]
"""What becomes of an instance after a visit."""


def after(word: str) -> After:
    """What is said on the command line; nothing stands for as-before.

    Raises:
        UsageError: it is none of the words.
    """
    words: tuple[After, ...] = get_args(After)
    return one_of("--after", word or "as-before", words)


class Visit:
    """One visit, begun; the instance is held while it begins, and again while it ends.

    Raises:
        StepFailed: its lock cannot be made.
    """

    def __init__(self, session: Session, owner: Owner) -> None:
        self._session = session
        self._owner = owner
        observed = session.engine().observe()
        self._had_data = bool(_volumes(owner.instance, observed))
        path = visit_path(session.folder(), owner.instance)
        try:
            self._share = Share(path)
        except OSError as error:
            raise unusable(path, error) from error
        ledger = session.ledger()
        if self._share.alone and ledger.visit(owner.instance) is None:
            ledger.begin_visit(owner.instance, _standing(owner.instance, observed))

    def give_up(self) -> None:
        """End it where the instance could not be brought up: what that left stays as it is."""
        if self._share.leave():
            self._session.ledger().end_visit(self._owner.instance)

    def end(self, profile: Profile, how: After) -> None:
        """Make the instance what is wanted after the visit, unless somebody else visits it still.

        Raises:
            EnvcheckError: something could not be removed.
        """
        session, instance = self._session, self._owner.instance
        with session.holding(instance, session.command):
            before = session.ledger().visit(instance)
            last = self._share.leave()
            if how == "keep":
                session.ledger().end_visit(instance)
            elif not last:
                session.emit(ev.Note(f"{instance} stays up: another run uses it as well"))
            elif how == "as-before":
                self._restore(before)
            else:
                self._remove(profile, how)

    def _restore(self, before: frozenset[str] | None) -> None:
        session, instance = self._session, self._owner.instance
        if before is not None and not _standing(instance, session.engine().observe()) <= before:
            take_down(session, instance, before)
        session.ledger().end_visit(instance)

    def _remove(self, profile: Profile, how: After) -> None:
        session, instance = self._session, self._owner.instance
        session.ledger().end_visit(instance)
        if how == "down":
            take_down(session, instance)
        else:
            # What came with the visit is worth nothing afterwards, whoever may sit there.
            wish = UNSAID if self._had_data else Wish(no_snapshot=True)
            clean_one(session, instance, CleanOptions(wish=wish, agreed=True), profile)


def agree(session: Session, owner: Owner, how: After) -> None:
    """Have it agreed to that data goes which was there before the visit.

    Raises:
        UsageError: it is not.
    """
    if how != "clean":
        return
    lines = [f"volume   {name}" for name in _volumes(owner.instance, session.engine().observe())]
    if lines:
        question = f"Remove all of {owner.instance} afterwards, with the data that is here already?"
        session.agree(lines, question, id="clean.not-agreed")


def _volumes(instance: str, observed: Observed) -> tuple[str, ...]:
    return tuple(volume.name for volume in observed.volumes if owned(volume.labels, instance))


def _standing(instance: str, observed: Observed) -> frozenset[str]:
    """The services of an instance that run."""
    seen = observed.of_instance(instance)
    return frozenset(container.service for container in seen if container.state == "running")
