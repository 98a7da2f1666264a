"""onboard: the new teammate's one command: doctor with fixes, up, check, and how to connect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.app import connect, doctor
from envcheck.app.check import ask
from envcheck.app.checks.fitness import fit
from envcheck.app.checks.table import all_checks
from envcheck.app.loading import load, owner_of
from envcheck.app.locking import fit_lock
from envcheck.app.offline import inward
from envcheck.app.seeds import find_seeds
from envcheck.app.up import DEFAULTS, UpOptions, converge
from envcheck.core import events as ev

if TYPE_CHECKING:
    from collections.abc import Callable

    from envcheck.app.session import Session
    from envcheck.core.profile import Profile
    from envcheck.core.spec import Owner


def onboard(
    session: Session,
    name: str,
    results: Callable[[], tuple[ev.Result, ...]],
    options: UpOptions = DEFAULTS,
) -> None:
    """From whatever this machine is to a verified environment.

    Args:
        session: this run.
        name: the profile.
        results: the verdicts so far, to stop at a machine that cannot run it.
        options: how to bring it up.

    Raises:
        EnvcheckError: it could not be done; a service that is not ready is told as an event.
    """
    profile = load(session, name)
    owner = owner_of(session, profile)
    session.emit(ev.Started("onboard", profile.name, owner.instance, profile.description))
    fit_lock(profile, strict=options.locked)
    find_seeds(profile)  # what is wrong with them is told before the machine is touched
    make_fit(session, profile, owner, results, offline=options.offline)
    converge(session, profile, owner, options)
    # A service that is not ready is told already, and cannot be asked anything.
    ask(session, profile, owner, results, strict=options.locked)
    connect.tell(session, profile, owner)


def make_fit(
    session: Session,
    profile: Profile,
    owner: Owner,
    results: Callable[[], tuple[ev.Result, ...]],
    *,
    offline: bool,
) -> None:
    """Check the machine, mend what can be, and stop where it cannot run the profile.

    Raises:
        EnvcheckError: it cannot be made fit.
    """
    checks = all_checks(profile)
    if offline:
        checks = inward(session, profile, checks)
    doctor.check_machine(session, profile, owner, checks, fix=True)
    fit(results())
