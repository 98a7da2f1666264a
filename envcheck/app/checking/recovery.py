"""Whether what depends on a service works again after that was made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.run.lookout import Lookout
from envcheck.run.recovery import judge_recovery, recover

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from envcheck.app.checking.subject import Instance, Subject
    from envcheck.app.checks.exam import Check
    from envcheck.core.events import Result

_SLACK = 60.0  # seconds, for starting it again where it has ended


def recoveries(
    instance: Instance, subjects: Iterable[Subject], remade: Collection[str]
) -> tuple[Check, ...]:
    """A check for each running service that depends on one of those, and is none of them."""
    found = []
    for subject in subjects:
        needs = tuple(need for need in subject.needs if need in remade)
        if needs and subject.name not in remade and subject.state.alive:
            found.append(_check(instance, subject, needs))
    return tuple(found)


def _check(instance: Instance, subject: Subject, needs: tuple[str, ...]) -> Check:
    def look() -> Result:
        session, target = instance.session, subject.patient
        found = recover(target, subject.state, session.engine(), Lookout(session.clock))
        return judge_recovery(target, needs, found)

    return subject.check(
        "recovers",
        "whether it works again after what it needs was made anew",
        look,
        seconds=2 * subject.patient.service.timeout + _SLACK,
    )
