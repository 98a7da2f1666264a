"""Small worlds for the unit tests: a profile, the fake engine with its images, and what `up` does.

``SHOP`` is the profile of most tests: a database, a cache, and a server that needs both.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from envcheck.core.decide import decide_up
from envcheck.core.parsing.reader import read_profile
from envcheck.core.past import Past
from envcheck.core.plan import StartContainer
from envcheck.core.seeding import MARK, FoundFile, FoundSeed, read_mark
from envcheck.core.situation import Situation
from envcheck.core.spec import Label, Owner
from envcheck.run.executor import execute
from envcheck.run.perform import Performer
from envcheck.run.ports import Content, Ran
from envcheck.run.readiness import Target
from envcheck.run.supplies import Supplies
from envcheck.services.catalogue import KINDS, vocabulary
from envcheck.services.desired import ImageChoice, desire
from envcheck.services.kind import Answer
from tests.fake.clock import FakeClock
from tests.fake.engine import FakeEngine
from tests.fake.life import dies
from tests.fake.lookout import lookout_for
from tests.fake.records import FakeRecords

if TYPE_CHECKING:
    from collections.abc import Set

    from envcheck.core.desired import Desired
    from envcheck.core.events import Event
    from envcheck.core.plan import Plan
    from envcheck.core.profile import Profile
    from envcheck.core.seeding import SeedFile
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
    return desire(found, owner(instance), choices(found), seeds(found))


def seeds(found: Profile) -> dict[str, FoundSeed]:
    """The seeds of a profile; in each file stands its own name."""
    return {
        name: FoundSeed(
            tuple(FoundFile(file, f"{ROOT}/{file}") for file in service.seed),
            fingerprint=" ".join(service.seed),
        )
        for name, service in found.services.items()
        if service.seed
    }


def contents(file: SeedFile) -> Content:
    """What is in a seed's file: its name."""
    text = f"{file.name}\n".encode()
    return Content(len(text), lambda: iter([text]))


ROWS = "/rows"
"""The file in a database's volume that holds what was applied to it, in order."""


@dataclass
class World:
    """An engine with some images on it, and all that was ever told of what was done there.

    ``records`` are those of jobs; a job with the command ``migrate`` or ``seed`` ends at once.
    """

    engine: FakeEngine = field(default_factory=lambda: FakeEngine(FakeClock()))
    events: list[Event] = field(default_factory=list)
    records: FakeRecords = field(default_factory=FakeRecords)

    def __post_init__(self) -> None:
        for tag in ("postgres:17.11", "redis:8.0.2", "node:24.21.0"):
            self.engine.add_image(tag)
        for command in ("migrate", "seed"):
            self.engine.script.by_command[command,] = dies(0)
        self.engine.executes = self._client

    def _client(self, name: str, command: tuple[str, ...]) -> Ran | None:
        """A database's client: it appends what it is given to what is in the volume."""
        if command[0] not in ("psql", "rm"):
            return None
        if "--file" in command:
            path = command[command.index("--file") + 1]
            given = self.engine.read_file(name, path) or b""
            volume = self.engine.store.container(name).spec.mounts[0].volume
            files = self.engine.store.volumes[volume].files
            files[ROWS] = files.get(ROWS, b"") + given
        return Ran(0, "")

    def rows(self, volume: str = "shop_db-data") -> list[str]:
        """What was applied to a database, in order."""
        return self.engine.store.volumes[volume].files.get(ROWS, b"").decode().split()

    def past(self, text: str = SHOP) -> Past:
        """What is known of earlier runs."""
        observed = self.engine.observe()
        marks = {}
        for service in desired(text).services.values():
            volume = observed.volume(service.data.volume) if service.data else None
            if volume is not None and Label.SEED in volume.labels:
                content = self.engine.read_in_volume(volume.name, MARK, service.container.image, {})
                marks[volume.name] = read_mark(content)
        succeeded = {
            container.id
            for container in self.engine.store.containers.values()
            if container.status == "exited" and container.exit_code == 0
        }
        return Past(dict(self.records.jobs), succeeded, marks)

    def plan(
        self, text: str = SHOP, *, taken: Set[int] | None = None, rerun_jobs: bool = False
    ) -> Plan:
        """What `up` would do; ``taken`` are the ports in use, unless the test says otherwise."""
        if taken is None:
            taken = self.engine.taken | set(self.engine.store.ports_in_use())
        observed, past = self.engine.observe(), self.past(text)
        return decide_up(Situation(desired(text), observed, taken, past, rerun_jobs))

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
            supplies=Supplies(self.records, contents),
        )
        return execute(plan, perform, abort=self.engine.clock.stop)


def answers(_access: Access) -> Answer:
    """A probe that is content at once."""
    return Answer()


def targets(text: str = SHOP, instance: str = "shop") -> dict[str, Target]:
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
        for name, service in desired(text, instance).services.items()
    }
