"""What becomes of what a run has made when it fails: kept to be looked at, or taken away again.

Only what the run itself has made is taken away. A volume that was there before stays, and so does a
container that was merely started.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from envcheck.app import teardown
from envcheck.app.known_images import known
from envcheck.app.remains import remains
from envcheck.core import events as ev
from envcheck.core.choice import one_of
from envcheck.core.deeds import deeds_of
from envcheck.core.errors import EnvcheckError, Fix, Interrupted
from envcheck.core.teardown import decide_clean, decide_down
from envcheck.reporters.calling import call
from envcheck.run.executor import within

if TYPE_CHECKING:
    from collections.abc import Iterable

    from envcheck.app.session import Session
    from envcheck.core.deeds import Deed
    from envcheck.core.plan import Act, Plan
    from envcheck.core.spec import Owner

OnFailure = Literal["keep", "down", "clean"]
_MOMENT = 0.6
"""Seconds for taking things away when a run is interrupted: whoever interrupts it wants it over."""


def on_failure(word: str) -> OnFailure:
    """What is said on the command line.

    Raises:
        UsageError: it is none of the words.
    """
    words: tuple[OnFailure, ...] = get_args(OnFailure)
    return one_of("--on-failure", word, words)


def undo(session: Session, owner: Owner, how: OnFailure) -> None:
    """Take away what this run has made of an instance, and tell it.

    What cannot be taken away is told; why the run failed stays what is reported.
    """
    journal = session.journal
    made = journal.made() if journal else ()
    if how == "keep" or not made:
        return
    try:
        plan = _plan(session, owner.instance, how, made)
        for outcome in teardown.carry_out(session, plan):
            if outcome.error is not None:
                session.emit(ev.Note(f"could not be taken away again: {outcome.error.what}"))
        if how == "clean":
            teardown.forget(session, owner.instance, session.engine().observe())
    except EnvcheckError as error:
        session.emit(ev.Note(f"what this run has made is still there: {error.what}"))
        return
    session.emit(ev.TakenBack(how, _named(made, plan)))


def _plan(session: Session, instance: str, how: OnFailure, made: Iterable[Deed]) -> Plan:
    """The part of a `down` or `clean` that concerns what was made."""
    observed = session.engine().observe()
    if how == "down":
        plan = decide_down(instance, observed)
    else:
        plan, _kept = decide_clean(instance, observed, known(session, instance, observed))
    ours = {(deed.kind, deed.name) for deed in made}

    def concerns(act: Act) -> bool:
        return any((deed.kind, deed.name) in ours for deed in deeds_of(act))

    return plan.only(concerns)


def _named(made: Iterable[Deed], plan: Plan) -> tuple[str, ...]:
    gone = {(deed.kind, deed.name) for step in plan.steps for deed in deeds_of(step.act)}
    return tuple(f"{deed.kind} {deed.name}" for deed in made if (deed.kind, deed.name) in gone)


def interrupted(session: Session, owner: Owner, how: OnFailure) -> Interrupted:
    """The error of a run that was interrupted, when what it made is taken away or told."""
    if how != "keep":
        try:
            within(_MOMENT, lambda: undo(session, owner, how))
        except TimeoutError:
            session.emit(ev.Note(f"not all could be taken away again in {_MOMENT} s"))
    return Interrupted(
        "interrupted", id="interrupted", evidence=remains(session), fix=_way_on(owner)
    )


def _way_on(owner: Owner) -> Fix:
    verbs = ("up", "down", "clean")
    commands = tuple(call("envcheck", v, owner.profile, owner.instance) for v in verbs)
    return Fix("`up` goes on from there; `down` or `clean` takes it away", commands)
