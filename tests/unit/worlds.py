"""Small worlds for the unit tests: a profile, the fake engine with its images, and what `up` does.

``SHOP`` is the profile of most tests: a database, a cache, and a server that needs both.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from envcheck.core.decide import decide_up
from envcheck.core.parsing.reader import read_profile
from envcheck.core.plan import StartContainer
from envcheck.core.spec import Owner
from envcheck.run.executor import execute
from envcheck.run.perform import Performer
from envcheck.run.readiness import Target
from envcheck.services.catalogue import KINDS, vocabulary
from envcheck.services.desired import ImageChoice, desire
from envcheck.services.kind import Answer
from tests.fake.clock import FakeClock
from tests.fake.engine import FakeEngine
from tests.fake.lookout import lookout_for

if TYPE_CHECKING:
    from collections.abc import Set

    from envcheck.core.desired import Desired
    from envcheck.core.events import Event
    from envcheck.core.plan import Plan
    from envcheck.core.profile import Profile
    from envcheck.run.executor import StepOutcome
    from envcheck.services.kind import Access

ROOT = "/home/anna/shop"
SHOP = """
name: shop
services:
  db:
    image: postgres:17.11
    environment: {POSTGRES_PASSWORD: secret-of-db}
  cache: {image: 'redis:8.0.2'}
  web:
    image: node:24.21.0
    command: [node, server.js]
    depends_on: [db, cache]
"""


@cache
def profile(text: str = SHOP) -> Profile:
    """A profile from its text."""
    return read_profile(
        text, file="profiles/shop.yaml", root=ROOT, environ={}, vocabulary=vocabulary()
    )


def owner(instance: str = "shop") -> Owner:
    """Whose the objects are."""
    return Owner("shop", instance, ROOT, "1.0")


def choices(found: Profile) -> dict[str, ImageChoice]:
    """Each service's image, which is the one that its profile pins."""
    return {
        name: ImageChoice(str(service.image), service.image, str(service.image), "registry")
        for name, service in found.services.items()
    }


@cache
def desired(text: str = SHOP, instance: str = "shop") -> Desired:
    """What a profile's instance should look like."""
    found = profile(text)
    return desire(found, owner(instance), choices(found))


@dataclass
class World:
    """An engine with some images on it, and all that was ever told of what was done there."""

    engine: FakeEngine = field(default_factory=lambda: FakeEngine(FakeClock()))
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        for tag in ("postgres:17.11", "redis:8.0.2", "node:24.21.0"):
            self.engine.add_image(tag)

    def plan(self, text: str = SHOP, *, taken: Set[int] | None = None) -> Plan:
        """What `up` would do; ``taken`` are the ports in use, unless the test says otherwise."""
        if taken is None:
            taken = self.engine.taken | set(self.engine.store.ports_in_use())
        return decide_up(desired(text), self.engine.observe(), taken=taken)

    def up(self, text: str = SHOP, *, taken: Set[int] | None = None) -> tuple[StepOutcome, ...]:
        """Do it."""
        return self.carry_out(self.plan(text, taken=taken), text)

    def carry_out(self, plan: Plan, text: str = SHOP) -> tuple[StepOutcome, ...]:
        """Carry out a plan; every service answers as soon as it runs."""
        fresh = {step.act.service for step in plan.steps if isinstance(step.act, StartContainer)}
        perform = Performer(
            self.engine,
            lookout_for(self.engine),
            self.events.append,
            targets(text),
            frozenset(fresh),
        )
        return execute(plan, perform, abort=self.engine.clock.stop)


def answers(_access: Access) -> Answer:
    """A probe that is content at once."""
    return Answer()


def targets(text: str = SHOP) -> dict[str, Target]:
    """The services of a profile to wait for; whoever runs is content."""
    found = profile(text)
    return {
        name: Target(
            service=found.services[name],
            kind=replace(KINDS[found.services[name].kind], probe=answers, version_command=()),
            image=choices(found)[name],
            container=service.container.name,
            ports=service.ports,
            volumes=tuple(volume.name for volume in service.volumes),
        )
        for name, service in desired(text).services.items()
    }
