"""A positional argument that may be left out, which Invoke itself does not know.

Invoke takes a bare word for a positional argument only while that argument has no value, and then
insists on it (pyinvoke/invoke#159). So the argument gets its empty default here only where the
command line has no word for it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from invoke.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from invoke.parser.argument import Argument


class TaskWithOptionalPositional(Task):  # type: ignore[type-arg]
    """A task whose one positional argument may be left out."""

    def get_arguments(self, ignore_unknown_help: bool | None = None) -> list[Argument]:  # noqa: FBT001
        """The arguments, as Invoke asks for them before it reads the command line."""
        arguments: list[Argument] = super().get_arguments(ignore_unknown_help)
        values = {f"--{name}" for a in arguments if a.takes_value for name in a.names}
        if not has_word(sys.argv[1:], self.name, values):
            for argument in arguments:
                if argument.positional:
                    argument.default = ""
        return arguments


def has_word(line: Sequence[str], task: str, value_flags: Collection[str]) -> bool:
    """Whether a bare word follows the task's name, flags and their values apart."""
    if task not in line:
        return False
    words = iter(line[line.index(task) + 1 :])
    for word in words:
        if word == "--":
            return False
        if not word.startswith("-"):
            return True
        if word in value_flags:
            next(words, None)
    return False


def task_of(body: Any, **options: Any) -> TaskWithOptionalPositional:
    """A task with long flags only: a short one would change its meaning with the next flag."""
    return TaskWithOptionalPositional(
        body, positional=["profile"], auto_shortflags=False, **options
    )
