"""run: a command of the user's, with an instance up for as long as it runs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.app.loading import load, owner_of
from envcheck.app.onboard import make_fit
from envcheck.app.using import using
from envcheck.core.events import HandedOver
from envcheck.doctor.symptom import Symptom
from envcheck.host import child

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from envcheck.app.session import Session
    from envcheck.app.up import UpOptions
    from envcheck.app.visits import After
    from envcheck.core.events import Result


@dataclass(frozen=True)
class Ended:
    """How the command ended: its exit code, and the seconds that it took."""

    code: int
    seconds: float


def run(  # noqa: PLR0913 - what is run, where, and what becomes of that
    session: Session,
    name: str,
    words: Sequence[str],
    options: UpOptions,
    *,
    after: After,
    ended: Callable[[Ended], None],
) -> None:
    """Bring an instance up, run a command with its variables, and make all as it was before.

    Args:
        session: this run.
        name: the profile.
        words: the command.
        options: how to bring it up.
        after: what becomes of the instance then.
        ended: told how the command ended, even if what comes afterwards fails.

    Raises:
        NotRunnable: there is no such command; nothing was brought up for it, if that was to see.
        EnvcheckError: as `using`.
    """
    child.look_for(words[0], session.environ)
    with using(session, name, options, after=after) as use:
        session.emit(HandedOver(words[0]))
        begun = time.monotonic()
        code = child.run(words, {**session.environ, **use.variables})
        ended(Ended(code, time.monotonic() - begun))


def mend_machine(
    session: Session, name: str, options: UpOptions, results: Callable[[], tuple[Result, ...]]
) -> None:
    """Have a machine without an engine get one, as `onboard` does.

    Raises:
        EnvcheckError: it cannot be made fit.
    """
    if not isinstance(session.try_engine(), Symptom):
        return
    profile = load(session, name)
    owner = owner_of(session, profile)
    make_fit(session, profile, owner, results, offline=options.offline)
