"""What happens while a task runs, as values that reporters listen to and the report is folded from.

An event never asks for anything: a listener cannot influence what it hears about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.errors import Fix, Problem
    from envcheck.core.profile import Place

Status = Literal["pass", "warn", "fail", "skip", "error"]
Source = Literal["registry", "recipe", "build", "bundle", "local"]
ObjectKind = Literal["container", "network", "volume", "image"]
Action = Literal[
    "created",
    "started",
    "stopped",
    "removed",
    "pulled",
    "built",
    "loaded",
    "recreated",
    "seeded",
    "restored",
    "renamed",
]


@dataclass(frozen=True)
class Result:
    """A verdict on one question.

    Attributes:
        id: the question's stable name, e.g. ``docker.engine``.
        seconds: how long it took to find out.
        fault: what is wrong, by its own stable name, e.g. ``docker.socket-permission``.
    """

    id: str
    title: str
    status: Status
    summary: str
    seconds: float = 0.0
    evidence: tuple[str, ...] = ()
    fix: Fix | None = None
    fault: str = ""


@dataclass(frozen=True)
class EngineInfo:
    """The engine that a task talks to, and why it is this one."""

    endpoint: str
    chosen_by: str
    kind: str
    version: str
    api: str


@dataclass(frozen=True)
class Change:
    """Something on the engine that is now otherwise; ``size`` in bytes where it is known."""

    action: Action
    kind: ObjectKind
    name: str
    cause: str = ""
    size: int | None = None


@dataclass(frozen=True)
class Started:
    """A task begins."""

    command: str
    profile: str = ""
    instance: str = ""
    description: str = ""


@dataclass(frozen=True)
class ProfileRead:
    """A profile was read from a file.

    Attributes:
        places: where in it each service stands.
        secrets: the values in it that nobody may be told, whoever prints them.
    """

    file: str
    places: Mapping[str, Place] = field(default_factory=dict)
    secrets: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class EngineFound:
    """The engine answered."""

    engine: EngineInfo


@dataclass(frozen=True)
class StepStarted:
    """A step of a plan begins.

    Attributes:
        stage: which plan it is of: images, builds or services.
        id: its number in that plan.
        act: the name of what it does, e.g. ``StartContainer``.
        subject: what it does it to: an image, container, volume or network.
        service: the service that it is for, or nothing.
        after: the numbers of the steps in the same plan that it had to wait for.
    """

    stage: str
    id: int
    act: str
    subject: str
    service: str = ""
    after: tuple[int, ...] = ()


@dataclass(frozen=True)
class StepEnded:
    """A step of a plan has ended: done, failed, or skipped because of another."""

    stage: str
    id: int
    status: Literal["done", "failed", "skipped"]


@dataclass(frozen=True)
class Section:
    """The task turns to another subject: Machine, Images, Services, Connect."""

    title: str


@dataclass(frozen=True)
class CheckStarted:
    """A check with this title is under way."""

    id: str
    title: str


@dataclass(frozen=True)
class Checked:
    """A verdict was reached."""

    result: Result


@dataclass(frozen=True)
class CommandStarted:
    """A command of a fix runs on the host."""

    command: str


@dataclass(frozen=True)
class CommandOutput:
    """A line that such a command printed."""

    line: str


@dataclass(frozen=True)
class ImageProgress:
    """An image is on its way. ``done`` and ``total`` are bytes, or None where nobody knows."""

    image: str
    phase: str
    done: int | None = None
    total: int | None = None


@dataclass(frozen=True)
class ImageReady:
    """An image is here. ``reference`` is the name it really has on the engine."""

    image: str
    reference: str
    source: Source
    digest: str
    seconds: float
    note: str = ""
    fresh: bool = False


@dataclass(frozen=True)
class ServiceProgress:
    """A service is in this state now; ``detail`` is what was last heard of it."""

    service: str
    state: str
    detail: str = ""


@dataclass(frozen=True)
class ServiceReady:
    """A service answered as its real clients expect. ``seconds`` counts from its start."""

    service: str
    image: str
    digest: str
    source: Source
    container: str
    endpoint: str
    version: str
    product: str
    seconds: float
    volumes: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    fresh: bool = True


@dataclass(frozen=True)
class ServiceDone:
    """A job has ended as it should: in this run, or before it where it is not ``fresh``.

    ``note`` says in a few words why it was not run again.
    """

    service: str
    image: str
    digest: str
    source: Source
    container: str
    seconds: float
    after: tuple[str, ...] = ()
    fresh: bool = True
    note: str = ""


@dataclass(frozen=True)
class ServiceFailed:
    """A service will not become ready in this run.

    Attributes:
        id: what is wrong, by its stable name.
        seconds: since its first step began.
        state: the engine's word for its container at the end.
        exit_code: of its main process, where that has ended.
        meaning: what that code means, in a few words, where it means the same everywhere.
        heard: the last answer of its probe.
    """

    service: str
    id: str
    container: str
    summary: str
    seconds: float
    evidence: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    fix: Fix | None = None
    image: str = ""
    digest: str = ""
    source: Source = "local"
    state: str = ""
    exit_code: int | None = None
    meaning: str = ""
    heard: str = ""


@dataclass(frozen=True)
class ServiceSkipped:
    """A service was not tried, because of another."""

    service: str
    because: str


@dataclass(frozen=True)
class Changed:
    """Something on the engine changed."""

    change: Change


@dataclass(frozen=True)
class WouldRemove:
    """Something that a dry run would have removed; ``size`` in bytes where it is known.

    ``note`` says what speaks for or against it: when it was last used, or where it came from.
    """

    kind: ObjectKind
    name: str
    size: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Kept:
    """Something was left where it is on purpose, with the reason."""

    kind: ObjectKind
    name: str
    reason: str


@dataclass(frozen=True)
class LeftBehind:
    """Something of ours is still there after it should have been removed.

    ``fault`` is the id of what was in the way, where that is known.
    """

    kind: ObjectKind
    name: str
    reason: str
    fault: str = ""


@dataclass(frozen=True)
class NothingLeft:
    """The engine was looked at again after a teardown: nothing of the instance is left.

    ``except_for`` says what stays on purpose, in plain words.
    """

    instance: str
    except_for: str = ""


@dataclass(frozen=True)
class TakenBack:
    """A run that failed has taken away what it had made.

    Attributes:
        how: down or clean.
        objects: what is gone again, each with its kind.
    """

    how: str
    objects: tuple[str, ...]


@dataclass(frozen=True)
class Freed:
    """How many bytes came back to the machine, as the engine itself counts them."""

    size: int


@dataclass(frozen=True)
class Connect:
    """The variables to connect with; ``shown`` has every secret blanked."""

    variables: Mapping[str, str] = field(repr=False)
    shown: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Note:
    """A sentence for the reader that is no verdict."""

    text: str


@dataclass(frozen=True)
class Asking:
    """A question is about to be put to the person; nothing may move on the terminal meanwhile."""

    question: str


@dataclass(frozen=True)
class HandedOver:
    """The terminal is a command's from now on, until the next event."""

    command: str


@dataclass(frozen=True)
class Failed:
    """The task stops here: an error with its evidence and the next step.

    ``problems`` are what is wrong in the profile's text, where that is the error.
    """

    id: str
    what: str
    exit_code: int
    evidence: tuple[str, ...] = ()
    fix: Fix | None = None
    problems: tuple[Problem, ...] = ()


Event = (
    Started
    | ProfileRead
    | EngineFound
    | StepStarted
    | StepEnded
    | Section
    | CheckStarted
    | Checked
    | CommandStarted
    | CommandOutput
    | ImageProgress
    | ImageReady
    | ServiceProgress
    | ServiceReady
    | ServiceDone
    | ServiceFailed
    | ServiceSkipped
    | Changed
    | WouldRemove
    | Kept
    | LeftBehind
    | NothingLeft
    | TakenBack
    | Freed
    | Connect
    | Note
    | Asking
    | HandedOver
    | Failed
)

Emit = Callable[[Event], None]
"""Who is told of events."""
