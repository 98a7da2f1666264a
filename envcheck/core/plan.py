"""A plan: acts in an order, each with its cause. A value; it does nothing by itself.

`envcheck.core.decide` makes plans, `envcheck.run.executor` carries them out,
`envcheck.core.commands` writes each act as the docker command that does the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envcheck.core.jobs import JobInputs
    from envcheck.core.recipe import Recipe
    from envcheck.core.reference import Reference
    from envcheck.core.seeding import Seed
    from envcheck.core.spec import ContainerSpec, NetworkSpec, VolumeSpec


@dataclass(frozen=True)
class PullImage:
    """Get an image from its registry. ``size`` is the download in bytes where it is known.

    ``named`` is what the profile calls it, where that is less than the reference: its lock adds
    the digest. ``mirror`` is its name at a mirror that has it, by its digest.
    """

    reference: Reference
    digest: str = ""
    size: int | None = None
    named: str = ""
    mirror: Reference | None = None

    @property
    def pin(self) -> str:
        """The image as the profile names it."""
        return self.named or str(self.reference)


@dataclass(frozen=True)
class BuildBase:
    """Make the base image of all recipes from a distribution's packages."""

    suite: str
    tag: str
    labels: Mapping[str, str]

    @property
    def pin(self) -> str:
        """The image as it is called everywhere."""
        return self.tag


@dataclass(frozen=True)
class BuildRecipe:
    """Build the stand-in for an image that no registry gives, on top of the recipes' base."""

    recipe: Recipe
    reference: Reference
    tag: str
    base: str
    labels: Mapping[str, str]
    arguments: Mapping[str, str] = field(default_factory=dict)

    @property
    def pin(self) -> str:
        """The image as the profile names it."""
        return str(self.reference)


@dataclass(frozen=True)
class BuildImage:
    """Build a service's image from the profile's own Dockerfile.

    ``bases`` maps each image that a FROM line names to the one that is used for it. ``offline``
    says that its steps get no network.
    """

    service: str
    folder: str
    tag: str
    bases: Mapping[str, str]
    labels: Mapping[str, str]
    offline: bool = False

    @property
    def pin(self) -> str:
        """The service whose image this is."""
        return self.service


@dataclass(frozen=True)
class CreateNetwork:
    """Create an instance's network."""

    spec: NetworkSpec


@dataclass(frozen=True)
class CreateVolume:
    """Create a named volume; ``cause`` says why where it replaces one."""

    spec: VolumeSpec
    cause: str = ""


@dataclass(frozen=True)
class CreateContainer:
    """Create a service's container; ``cause`` says why where it replaces an outdated one."""

    spec: ContainerSpec
    cause: str = ""


@dataclass(frozen=True)
class StartContainer:
    """Start a service's container."""

    name: str
    service: str


@dataclass(frozen=True)
class AwaitReady:
    """Wait until a service answers as its real clients expect."""

    service: str
    container: str


@dataclass(frozen=True)
class ApplySeed:
    """Fill a service's database from its seed, as soon as its server answers."""

    service: str
    container: str
    seed: Seed


@dataclass(frozen=True)
class LeaveSeed:
    """Mark a volume as in use without the seed that it was made for: none is applied from then on.

    ``mark`` is the path of its mark in the container.
    """

    service: str
    container: str
    mark: str


@dataclass(frozen=True)
class StartJob:
    """Start a job's container; from then on it is on record as begun."""

    name: str
    service: str
    inputs: JobInputs


@dataclass(frozen=True)
class AwaitJob:
    """Wait until a job has ended; where it ended with 0, it is on record as done."""

    service: str
    container: str


@dataclass(frozen=True)
class SkipJob:
    """Leave a job alone: it was done before, and nothing that it depends on has changed."""

    service: str
    container: str


@dataclass(frozen=True)
class StopContainer:
    """Stop a container, giving it ``grace`` seconds to finish its work.

    None stands for the seconds that it was made with.
    """

    name: str
    service: str
    grace: int | None = None


@dataclass(frozen=True)
class RenameContainer:
    """Give a container, by id, the name back that it had before it was put aside."""

    id: str
    name: str
    new: str
    service: str


@dataclass(frozen=True)
class RemoveContainer:
    """Remove a container, by id, with what it has of anonymous volumes."""

    id: str
    name: str
    service: str


@dataclass(frozen=True)
class RemoveNetwork:
    """Remove a network, by id."""

    id: str
    name: str


@dataclass(frozen=True)
class RemoveVolume:
    """Remove a named volume and the data in it."""

    name: str


@dataclass(frozen=True)
class RemoveImage:
    """Remove an image by a name, or by its id where it has none."""

    reference: str
    size: int


@dataclass(frozen=True)
class RunCheck:
    """Carry out one of the doctor's checks, by its id."""

    id: str


ImageAct = PullImage | BuildBase | BuildRecipe | BuildImage
ObjectAct = (
    CreateNetwork
    | CreateVolume
    | CreateContainer
    | StartContainer
    | AwaitReady
    | ApplySeed
    | LeaveSeed
    | StartJob
    | AwaitJob
    | SkipJob
    | StopContainer
    | RenameContainer
    | RemoveContainer
    | RemoveNetwork
    | RemoveVolume
    | RemoveImage
)
Act = ImageAct | ObjectAct | RunCheck


@dataclass(frozen=True)
class Step:
    """One act of a plan, after the steps that it needs, with the reason why it is there."""

    id: int
    act: Act
    cause: str
    after: tuple[int, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The steps in an order in which they could be carried out one by one."""

    steps: tuple[Step, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.steps)

    def only(self, wanted: Callable[[Act], bool]) -> Plan:
        """The steps whose acts are wanted; nothing waits for those that are not."""
        steps = tuple(step for step in self.steps if wanted(step.act))
        numbers = {step.id for step in steps}
        return Plan(
            tuple(replace(s, after=tuple(n for n in s.after if n in numbers)) for s in steps)
        )


class PlanBuilder:
    """Collects steps and numbers them; knows which step touches what, so that others can wait."""

    def __init__(self, first: int = 1) -> None:
        self._first = first
        self._steps: list[Step] = []
        self._by_key: dict[tuple[str, str], int] = {}

    def add(
        self, act: Act, cause: str, *, key: tuple[str, str], after: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """Add an act under ``key``; it waits for those steps of ``after`` that are in the plan."""
        number = self._first + len(self._steps)
        needs = tuple(sorted({self._by_key[k] for k in after if k in self._by_key}))
        self._steps.append(Step(number, act, cause, needs))
        self._by_key[key] = number

    def has(self, key: tuple[str, str]) -> bool:
        """Whether a step stands under this key."""
        return key in self._by_key

    def plan(self) -> Plan:
        """The plan so far."""
        return Plan(tuple(self._steps))
