"""Mending: running the commands of fixes, one fault after the other, asking before each."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.app.checks.mendable import DESTRUCTIVE, SAFE
from envcheck.app.checks.table import chosen
from envcheck.app.examination import examine
from envcheck.host import shell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from envcheck.app.checks.exam import Check, Exam
    from envcheck.app.session import Session
    from envcheck.core.events import Result


def mend_all(
    exam: Exam, checks: tuple[Check, ...], results: Iterable[Result], destructive: str
) -> None:
    """Mend what can be, then check that again.

    Args:
        exam: the examination that found the faults.
        checks: those that were carried out.
        results: their verdicts.
        destructive: the one fault whose fix may lose data, by its id; nothing for none.

    Raises:
        UsageError: a fix was not agreed to.
        StepFailed: a command failed.
    """
    mended: list[str] = []
    for result in tuple(results):
        if result.status in ("warn", "fail") and result.fix and _may(result, destructive):
            mend(exam.session, result)
            mended.append(result.id)
    for id in mended:
        examine(exam, tuple(check for check in chosen(checks, id) if check.id == id))


def mend(session: Session, result: Result) -> None:
    """Run the commands of one fix.

    Raises:
        UsageError: it was not agreed to.
        StepFailed: a command failed.
    """
    commands = runnable(result)
    session.agree(commands, f"{result.title}: {result.summary}.\nRun this?", id=result.fault)
    for command in commands:
        shell.run(_complete(command), session.emit)
    session.look_again()


def runnable(result: Result) -> tuple[str, ...]:
    """The commands of a fix that can be run for the user; a new login only they can begin."""
    commands = result.fix.commands if result.fix else ()
    return tuple(command for command in commands if not command.startswith("newgrp"))


def _complete(command: str) -> str:
    """One of our own commands as a new process can run it: agreed to, and found without PATH."""
    words = command.split(" ", 1)
    if words[0] != "envcheck":
        return command
    return f"{shlex.quote(str(Path(sys.executable).parent / words[0]))} {words[1]} --yes"


def _may(result: Result, destructive: str) -> bool:
    """Whether a fix may be run: what loses data needs its fault named, ``--yes`` is not enough."""
    if result.fault in DESTRUCTIVE:
        return result.fault == destructive
    return result.fault in SAFE and not (result.fix and result.fix.destructive)
