"""The other end of completion: ``envcheck --complete SHELL -- WORDS…`` prints what may follow.

Each line is a candidate, a tab and a word on it. Where the shell itself knows best, as with names
of files, one line says so: ``:files``. The tasks and their flags are kept in a file, since to load
them takes Invoke a quarter of a second; it is made anew where what they were read from has changed.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from envcheck.core.completing import FILES, wanted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WORD = "--complete"
_INVOKES_OWN = ("inv", "invoke")
_CUTS = "="
"""What ends a word for bash, so that only what follows is to be given."""


def asked(argv: Sequence[str]) -> bool:
    """Whether a command line asks for this, and not for Invoke's own answer."""
    return argv[1:2] == [WORD] and argv[3:4] == ["--"]


def answer(argv: Sequence[str]) -> None:
    """Print what may follow; nothing, rather than an error, where that cannot be told."""
    shell, typed = argv[2], [*argv[4:]]
    try:
        lines = [*_lines(shell, _joined(typed) if shell == "bash" else typed)]
    except Exception:  # noqa: BLE001 - somebody is typing: an error would tear up the line
        return
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _joined(words: list[str]) -> list[str]:
    """The words as the program would get them: bash makes three of ``--format=json``."""
    joined: list[str] = []
    for at, word in enumerate(words):
        if joined and (word == _CUTS or words[at - 1] == _CUTS):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _lines(shell: str, typed: list[str]) -> Iterator[str]:
    from envcheck.app.completing import names
    from envcheck.cli.command_line import of_envcheck, of_folder

    program, *words, current = typed if len(typed) > 1 else [*typed, ""]
    folder, name = os.path.split(program)
    if name in _INVOKES_OWN:
        if folder and os.path.isfile(os.path.join(folder, "tasks.py")):  # noqa: PTH118, PTH113 - pathlib costs time
            os.chdir(folder)  # as ./inv does
        tasks, flags = of_folder()
    else:
        tasks, flags = of_envcheck()
    found = wanted(words, current, tasks, flags)
    if found.values == FILES:
        yield f":{FILES}"
        return
    choices = {**found.choices, **names(found.values, found.profile, os.environ)}
    before = "" if shell == "bash" else found.before
    begun = current.removeprefix(found.before)
    for choice, about in choices.items():
        if choice.startswith(begun):
            yield f"{before}{choice}\t{about}"
