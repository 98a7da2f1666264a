"""Room on the engine's disk for the images that a plan pulls."""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from envcheck.core.plan import Plan, PullImage
from envcheck.core.platforms import processor
from envcheck.engine.credentials import login_for
from envcheck.host.disk import disk_of
from envcheck.images.registry.client import RegistryClient
from envcheck.images.room import Needed, images_of, needed, refuse_without_room
from envcheck.run.executor import within

if TYPE_CHECKING:
    from envcheck.app.session import Session
    from envcheck.core.login import Login
    from envcheck.images.registry.manifests import PlatformImage

_SECONDS = 15.0
"""How long registries are asked; pulling is what matters."""


def with_sizes(session: Session, plan: Plan) -> Plan:
    """The plan, its pulls with the sizes that the registries tell, once there is room for them.

    Where we cannot ask a registry, or cannot see the engine's disk, nothing is refused.

    Raises:
        StepFailed: there is not enough room.
    """
    # Without a digest no registry has answered the engine; it will not answer us.
    acts = [s.act for s in plan.steps if isinstance(s.act, PullImage) and s.act.digest]
    if not acts:
        return plan
    facts = session.engine().about.facts()
    disk = disk_of(facts.root_dir)
    platform = f"{facts.os_type}/{processor(facts.architecture)}"
    free = disk.free if disk else sys.maxsize
    try:
        sizes, needs = within(_SECONDS, lambda: _ask(session, acts, platform, free))
    except TimeoutError:
        return plan
    if disk is not None:
        refuse_without_room(needs, disk.free, facts.root_dir)
    return Plan(
        tuple(
            replace(step, act=replace(step.act, size=sizes[step.act].size))
            if isinstance(step.act, PullImage) and step.act in sizes
            else step
            for step in plan.steps
        )
    )


def _ask(
    session: Session, acts: list[PullImage], platform: str, free: int
) -> tuple[dict[PullImage, PlatformImage], Needed]:
    def login(host: str) -> Login | None:
        return login_for(host, session.environ)

    with closing(RegistryClient(login)) as client:
        found = images_of(client, acts, platform)
        return {act: image for act, (_, image) in found.items()}, needed(
            client, found.values(), free
        )
