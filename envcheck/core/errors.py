"""Every error that envcheck raises on purpose, and the exit code each one means.

    EnvcheckError
    ├── UsageError          2   the command line cannot be carried out
    │   ├── ProfileInvalid  2   the text of a profile, a lockfile, … is wrong; carries every problem
    │   ├── BundleInvalid   2   a file is no bundle, is damaged, or holds what no bundle may hold
    │   └── SnapshotInvalid 2   the same of a snapshot
    ├── EngineUnusable      3   Docker cannot be used
    ├── StepFailed          4   a step (pull, build, create, start, remove) failed
    │   ├── ObjectMissing       the engine says that the object is not there
    │   ├── ObjectConflict      the engine says that the object is in use or exists already
    │   └── RegistryUnreachable no registry answered for an image
    ├── Unhealthy           1   a service that is needed is not ready
    └── Interrupted       130   somebody ended the run

Anything else that escapes is a bug in envcheck (exit code 70).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class ExitCode(IntEnum):
    """What a task's exit code says; part of the contract with scripts."""

    OK = 0
    UNHEALTHY = 1
    INVALID = 2
    UNUSABLE = 3
    FAILED = 4
    INCOMPLETE = 5
    BUG = 70
    INTERRUPTED = 130

    @property
    def outcome(self) -> str:
        """The one word that stands for this code in a report."""
        return self.name.lower()


@dataclass(frozen=True)
class Fix:
    """What to do about a problem, as data.

    Attributes:
        text: the advice, in plain words.
        commands: what to type, one command an entry, in order.
        destructive: whether following it loses data.
        mendable: whether `doctor --fix` can carry it out.
    """

    text: str
    commands: tuple[str, ...] = ()
    destructive: bool = False
    mendable: bool = False


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a profile, at its place (line and column count from 1)."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{hint}"


class EnvcheckError(Exception):
    """An error with a name, its evidence and the next step.

    Attributes:
        id: stable name, for scripts and searches, e.g. ``docker.not-installed``.
        what: what happened, one sentence.
        evidence: the raw texts that it was told from.
        fix: what to do next, or None where nothing better than the evidence is known.
    """

    exit_code = ExitCode.BUG

    def __init__(
        self, what: str, *, id: str, evidence: Sequence[str] = (), fix: Fix | None = None
    ) -> None:
        super().__init__(what)
        self.id = id
        self.what = what
        self.evidence = tuple(evidence)
        self.fix = fix


class UsageError(EnvcheckError):
    """The command line asks for something that cannot be."""

    exit_code = ExitCode.INVALID

    def __init__(self, what: str, *, id: str = "usage", fix: Fix | None = None) -> None:
        super().__init__(what, id=id, fix=fix)


class ProfileInvalid(UsageError):
    """A text is wrong; ``problems`` holds all that was found, not just the first.

    ``text`` says what it is in one word, after which the error is named: a profile, a lockfile, ….
    """

    def __init__(self, problems: Sequence[Problem], text: str = "profile") -> None:
        count = len(problems)
        noun = "problem" if count == 1 else "problems"
        super().__init__(f"{count} {noun} in the {text}", id=f"{text}.invalid")
        self.problems = tuple(problems)
        self.evidence = tuple(str(problem) for problem in problems)


class BundleInvalid(UsageError):
    """A file is no bundle, is damaged, or holds what no bundle may hold."""


class SnapshotInvalid(UsageError):
    """A file is no snapshot, is damaged, or holds what no snapshot may hold."""


class EngineUnusable(EnvcheckError):
    """There is no engine that we can talk to."""

    exit_code = ExitCode.UNUSABLE


class StepFailed(EnvcheckError):
    """The engine could not carry out a step."""

    exit_code = ExitCode.FAILED


class Unhealthy(EnvcheckError):
    """A service that is needed is not ready; which, and why, is told as events."""

    exit_code = ExitCode.UNHEALTHY


class Interrupted(EnvcheckError):
    """Somebody ended the run; the evidence is what it had made by then."""

    exit_code = ExitCode.INTERRUPTED


class ObjectMissing(StepFailed):
    """The engine answered that the object does not exist."""


class ObjectConflict(StepFailed):
    """The engine answered that the object is in use, or exists already."""


class RegistryUnreachable(StepFailed):
    """No registry could be reached for an image (as opposed to a registry that said no)."""
