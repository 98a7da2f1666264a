"""Starting services again that were stopped for a snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.app.execution import run
from envcheck.app.snapshots.taking import start_again
from envcheck.core.errors import Fix, UsageError
from envcheck.core.order import in_order
from envcheck.core.plan import AwaitReady, PlanBuilder, StartContainer
from envcheck.services.catalogue import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.app.session import Session
    from envcheck.app.snapshots.contents import Holdings
    from envcheck.app.snapshots.taking import Again
    from envcheck.core.observed import SeenContainer
    from envcheck.core.profile import Profile
    from envcheck.core.spec import Owner
    from envcheck.run.readiness import Target

_CAUSE = "it was stopped for a snapshot"


def refuse_jobs(profile: Profile, held: Holdings) -> None:
    """See that no job is under way: one that is stopped half way may do harm.

    Raises:
        UsageError: one is.
    """
    for user in held.running:
        service = profile.services.get(user.service)
        if service is not None and KINDS[service.kind].job:
            raise UsageError(
                f"job {service.name} is under way, and writes into what would be saved",
                id="snapshot.job-under-way",
                fix=Fix("wait for its end", (f"docker wait {user.name}",)),
            )


def ready_again(
    session: Session, profile: Profile, owner: Owner, targets: Mapping[str, Target]
) -> Again:
    """Starts containers again in the order of their services, and waits until they answer."""

    def again(seen: tuple[SeenContainer, ...]) -> None:
        ours = {one.service: one for one in seen if one.service in targets}
        start_again(session)(tuple(one for one in seen if one.service not in ours))
        order = in_order({name: s.depends_on for name, s in profile.services.items()})
        build = PlanBuilder()
        for name in (each for each in order if each in ours):
            ready = tuple(("ready", need) for need in profile.services[name].depends_on)
            act = StartContainer(ours[name].name, name)
            build.add(act, _CAUSE, key=("start", name), after=ready)
            wait = AwaitReady(name, ours[name].name)
            build.add(wait, _CAUSE, key=("ready", name), after=(("start", name),))
        run(session, owner, build.plan(), {name: targets[name] for name in ours})

    return again
