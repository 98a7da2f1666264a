"""What becomes of a container once it is started: the script of a fake process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envcheck.run.ports import Ran

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KILLED = 137
NOT_EXECUTABLE = 126
NOT_FOUND = 127
NEVER_STARTED = 128


@dataclass(frozen=True)
class Life:
    """A process, as its engine sees it.

    Attributes:
        seconds: how long it runs by itself; None: until it is stopped.
        exit_code: with which it ends by itself.
        oom: whether it ends by using too much memory.
        deaf: whether it goes on when it is told to stop, so that it must be killed.
        stop_code: with which it ends when it is told to stop.
        says: the lines of its log.
        cannot_start: what the engine says where it cannot be started at all.
        answers: what comes of a command that is run in its container.
    """

    seconds: float | None = None
    exit_code: int = 0
    oom: bool = False
    deaf: bool = False
    stop_code: int = 0
    says: tuple[str, ...] = ()
    cannot_start: str = ""
    answers: Callable[[tuple[str, ...]], Ran] | None = None

    def run(self, command: tuple[str, ...]) -> Ran:
        """Run a command beside it; one that nobody has foreseen is not found."""
        if self.answers is None:
            return Ran(NOT_FOUND, f'exec: "{command[0]}": executable file not found in $PATH\r\n')
        return self.answers(command)


STEADY = Life()
"""Runs until it is told to stop."""

OUT_OF_MEMORY = Life(seconds=0.0, exit_code=KILLED, oom=True)


def dies(exit_code: int, *says: str, after: float = 0.0) -> Life:
    """A process that ends by itself."""
    return Life(seconds=after, exit_code=exit_code, says=says)


def answering(answers: Mapping[tuple[str, ...], Ran]) -> Life:
    """A steady process whose container knows these commands."""
    unknown = Life()
    return Life(answers=lambda command: answers.get(command) or unknown.run(command))


@dataclass
class Script:
    """Which life a container has: by its name first, then by its command."""

    by_name: dict[str, Life] = field(default_factory=dict)
    by_command: dict[tuple[str, ...], Life] = field(default_factory=dict)

    def life_of(self, name: str, command: tuple[str, ...]) -> Life:
        """The life of a container; steady where nothing was written."""
        return self.by_name.get(name) or self.by_command.get(command) or STEADY
