"""What was captured of a failure, as lines of plain text: for reports that have no layout. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.reporters.calling import as_called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.core.errors import Fix
    from envcheck.core.events import Result, ServiceFailed

ENDS = ("ready", "done")
"""The last words of the ids of verdicts on how a service, or a job, ended up."""


def code_of(failure: ServiceFailed) -> int | None:
    """The code with which a service's process ended, where it has; a paused one still runs."""
    return failure.exit_code if failure.state in ("exited", "dead", "") else None


def state_of(failure: ServiceFailed) -> str:
    """How a service's container ended, and what that means: ``exited with code 137: …``."""
    code = code_of(failure)
    if code is None:
        return failure.state
    meaning = f": {failure.meaning}" if failure.meaning else ""
    return f"{failure.state or 'ended'} with code {code}{meaning}"


def about(failure: ServiceFailed, result: Result) -> bool:
    """Whether a verdict is on the very thing in which a service failed: being ready, or done."""
    return result.id in {f"service.{failure.service}.{end}" for end in ENDS}


def untold(text: str, told: str) -> str:
    """The text, unless it stands in what was told already."""
    return "" if text in told else text


def of_failure(failure: ServiceFailed, program: str) -> list[str]:
    """All that is known of a service that failed, its log apart."""
    lines = [failure.summary]
    if state := untold(state_of(failure), failure.summary):
        lines.append(f"state: {state}")
    if heard := untold(failure.heard, "\n".join((failure.summary, *failure.evidence))):
        lines.append(f"last answer: {heard}")
    return [*lines, *failure.evidence, *of_fix(failure.fix, program)]


def of_result(result: Result, program: str) -> list[str]:
    """What stands behind a verdict, and what to do."""
    return [*result.evidence, *of_fix(result.fix, program)]


def of_fix(fix: Fix | None, program: str) -> Iterator[str]:
    """What to do, with our own commands as they are called here."""
    if fix is None:
        return
    yield f"fix: {as_called(fix.text, program)}"
    if fix.destructive:
        yield "this loses data:"
    yield from (f"  {as_called(command, program)}" for command in fix.commands)
