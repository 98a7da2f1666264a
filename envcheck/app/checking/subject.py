"""A running instance and its services, with all that a question about them needs."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envcheck.app.checks.exam import Check, Exam
from envcheck.reporters.calling import call
from envcheck.run.readiness import access_to

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envcheck.app.session import Session
    from envcheck.core.events import Result
    from envcheck.core.observed import Observed, SeenContainer
    from envcheck.core.pins import Pins
    from envcheck.core.profile import Profile
    from envcheck.core.spec import Owner
    from envcheck.run.ports import ContainerState
    from envcheck.run.readiness import Target
    from envcheck.services.desired import ImageChoice
    from envcheck.services.kind import Access


@dataclass(frozen=True)
class Instance:
    """One running copy of a profile, and the engine as it was when it was looked at.

    Attributes:
        targets: the services that have a container.
        choices: the images that `up` would use for them, as far as those are here.
        results: gives the verdicts so far.
        pins: the locks of the images.
    """

    session: Session
    profile: Profile
    owner: Owner
    observed: Observed
    targets: Mapping[str, Target]
    choices: Mapping[str, ImageChoice]
    results: Callable[[], tuple[Result, ...]]
    pins: Pins

    def command(self, verb: str) -> str:
        """The command line of another task for this instance."""
        return call("envcheck", verb, self.owner.profile, self.owner.instance)


@dataclass(frozen=True)
class Subject:
    """A service of an instance, its container as it was seen, and that container's state now."""

    instance: Instance
    target: Target
    seen: SeenContainer
    state: ContainerState

    @property
    def name(self) -> str:
        """The service's name."""
        return self.target.service.name

    @property
    def patient(self) -> Target:
        """The service with all the time that its profile gives it to become ready."""
        return replace(self.target, service=self.instance.profile.services[self.name])

    @property
    def needs(self) -> tuple[str, ...]:
        """All services that it depends on, directly or not, in the profile's order."""
        services = self.instance.profile.services
        found: set[str] = set()
        waiting = [*services[self.name].depends_on]
        while waiting:
            need = waiting.pop()
            if need not in found:
                found.add(need)
                waiting += services[need].depends_on
        return tuple(name for name in services if name in found)

    @property
    def ready(self) -> str:
        """The id of the verdict on its readiness."""
        return f"service.{self.name}.ready"

    @property
    def access(self) -> Access | None:
        """How to reach it from this machine, or None where it publishes no port."""
        return access_to(self.target, self.state)

    def check(
        self,
        question: str,
        about: str,
        look: Callable[[], Result],
        *,
        rests: bool = False,
        seconds: float = 10.0,
    ) -> Check:
        """A question as a check; ``rests``: whether it makes sense only while the service answers.

        ``seconds`` is how long it may take.
        """

        def timed(_exam: Exam) -> Result:
            begun = time.monotonic()
            result = look()
            return replace(result, seconds=time.monotonic() - begun)

        needs = (self.ready,) if rests else ()
        id, title = f"service.{self.name}.{question}", f"{self.name} {question}"
        return Check(id, title, about, timed, needs, seconds)


def subjects(instance: Instance) -> tuple[Subject, ...]:
    """Its services that have a container, each as it is right now.

    Raises:
        StepFailed: the engine could not be asked.
    """
    engine = instance.session.engine()
    found = []
    for target in instance.targets.values():
        seen = instance.observed.container(target.container)
        if seen is not None:
            state = engine.inspect_container(target.container)
            found.append(Subject(instance, target, seen, state))
    return tuple(found)
