"""Positional arguments that may be left out, which Invoke itself does not know.

Invoke takes a bare word for a positional argument only while that argument has no value, and then
insists on it (pyinvoke/invoke#159). So an argument gets its empty default here only where the
command line has no word for it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from invoke.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from invoke.parser.argument import Argument

NO_LETTERS: Mapping[str, str] = {}


class TaskWithOptionalPositionals(Task):  # type: ignore[type-arg]
    """A task whose positional arguments may be left out, from the last one on.

    ``letters`` gives flags a short form: ``{"output": "o"}`` makes ``-o`` of ``--output``.
    """

    letters: Mapping[str, str] = NO_LETTERS

    def get_arguments(self, ignore_unknown_help: bool | None = None) -> list[Argument]:  # noqa: FBT001
        """The arguments, as Invoke asks for them before it reads the command line."""
        arguments: list[Argument] = super().get_arguments(ignore_unknown_help)
        for argument in arguments:
            if letter := self.letters.get(argument.name or ""):
                argument.names = (*argument.names, letter)
        values = {_flag(name) for a in arguments if a.takes_value for name in a.names}
        left_out = [a for a in arguments if a.positional][
            count_words(sys.argv[1:], self.name, values) :
        ]
        for argument in left_out:
            argument.default = ""
        return arguments


def _flag(name: str) -> str:
    return f"-{name}" if len(name) == 1 else f"--{name}"


def count_words(line: Sequence[str], task: str, value_flags: Collection[str]) -> int:
    """How many bare words follow the task's name, flags and their values apart."""
    if task not in line:
        return 0
    count = 0
    words = iter(line[line.index(task) + 1 :])
    for word in words:
        if word == "--":
            break
        if not word.startswith("-"):
            count += 1
        elif word in value_flags:
            next(words, None)
    return count


def task_of(
    body: Any, positional: Sequence[str], letters: Mapping[str, str] = NO_LETTERS, **options: Any
) -> TaskWithOptionalPositionals:
    """A task with long flags, and no short ones but these: others would change with the next flag.

    Args:
        body: what Invoke calls.
        positional: names of the arguments that are given as bare words, in their order.
        letters: the short forms of flags, by the flag's name.
        options: what Invoke's own task takes.
    """
    task = TaskWithOptionalPositionals(
        body, positional=list(positional), auto_shortflags=False, **options
    )
    task.letters = letters
    return task
