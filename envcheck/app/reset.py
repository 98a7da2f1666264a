"""reset: back to what the seeds make of empty volumes, with every service ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.app.loading import load, owner_of, tell_warnings
from envcheck.app.losses import Losses
from envcheck.app.snapshots.contents import holdings
from envcheck.app.snapshots.halves import without_halves
from envcheck.app.snapshots.restoring import refuse_foreign_users, take_away, teardown_of
from envcheck.app.snapshots.safety import Wish, save_first
from envcheck.app.snapshots.seeded import SeededStates
from envcheck.app.snapshots.taking import Source
from envcheck.app.up import DEFAULTS, Meanwhile, converge
from envcheck.core import events as ev
from envcheck.core.foreign import refuse_foreign

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.app.session import Session
    from envcheck.core.desired import Desired
    from envcheck.core.plan import ApplySeed
    from envcheck.core.profile import Profile
    from envcheck.core.spec import Owner
    from envcheck.services.desired import ImageChoice

_CAUSE = "reset throws the data away"


def reset(session: Session, name: str, wish: Wish) -> None:
    """Throw an instance's data away, and bring it up as for the first time.

    Raises:
        UsageError: not agreed to.
        EnvcheckError: a step failed; a service that is not ready is told as an event instead.
    """
    profile = load(session, name)
    owner = owner_of(session, profile)
    session.emit(ev.Started("reset", profile.name, owner.instance, profile.description))
    tell_warnings(session, profile)
    session.engine()
    work = _Reset(session, profile, owner, wish)
    with session.holding(owner.instance, session.command):
        converge(session, profile, owner, DEFAULTS, Meanwhile(work.throw_away, work.seeded))


class _Reset:
    def __init__(self, session: Session, profile: Profile, owner: Owner, wish: Wish) -> None:
        self._session = session
        self._profile = profile
        self._instance = owner.instance
        self._wish = wish
        self._states: SeededStates | None = None

    def throw_away(self, desired: Desired, _choices: Mapping[str, ImageChoice]) -> None:
        """Empty the volumes, once that is agreed to, and put back what seeds made before."""
        session, observed = self._session, self._session.engine().observe()
        refuse_foreign(desired, observed)
        held = holdings(self._instance, observed)
        names = tuple(volume.name for volume in held.volumes)
        refuse_foreign_users(self._instance, names, observed)
        self._give_up(names)
        take_away(session, self._instance, names, _CAUSE, graceful=False)
        session.ledger().forget_jobs(self._instance)
        self._states = SeededStates(session, desired)
        self._states.put_back()

    def _give_up(self, names: tuple[str, ...]) -> None:
        session, observed = self._session, self._session.engine().observe()
        plan = teardown_of(self._instance, names, observed, _CAUSE, graceful=False)
        losses = Losses(session, plan, observed, session.engine().volume_sizes)
        saving = self._wish.granted(session) and bool(losses.data)
        if names:
            first = "A snapshot is saved first (--no-snapshot to skip). " if saving else ""
            question = f"{first}Throw away this data of {self._instance}?"
            lines = () if session.yes else losses.lines()
            session.agree(lines, question, id="reset.not-agreed")
        if saving:
            held = without_halves(session, holdings(self._instance, observed), observed)
            source = Source(held, self._profile.name, self._profile)
            save_first(session, source, "reset", lambda _stopped: None)

    def seeded(self, act: ApplySeed, seconds: float) -> None:
        """A seed was applied."""
        if self._states is not None:
            self._states.keep(act, seconds)
