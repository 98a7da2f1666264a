"""What `plan` prints, and what lists: values as text, and as data for JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from envcheck.core.commands import commands
from envcheck.core.figures import size
from envcheck.core.plan import AwaitReady, Plan, SkipJob, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from envcheck.app.checks.exam import Check
    from envcheck.core.garbage import Garbage


def plan_text(plan: Plan) -> str:
    """A plan, a step a line; its cause and what it waits for come after a ``#``.

    Every line that is no comment can be typed as it stands; a secret is taken from the environment.
    """
    if all(isinstance(step.act, AwaitReady | SkipJob) for step in plan.steps):
        return "# nothing to do: everything stands as the profile says"
    lines = [line for step in plan.steps for line in _step_lines(step)]
    return "\n".join([*lines, "# Nothing was changed."])


def _step_lines(step: Step) -> list[str]:
    after = f", after {', '.join(map(str, step.after))}" if step.after else ""
    typed = commands(step.act)
    if not typed:
        return [f"# {step.id}  {_waiting(step)}{after}"]
    return [f"# {step.id}  {step.cause}{after}", *typed]


def _waiting(step: Step) -> str:
    if isinstance(step.act, SkipJob):
        return f"leave {step.act.service} alone: {step.cause}"
    service = step.act.service if isinstance(step.act, AwaitReady) else ""
    return f"wait until {service} answers"


def plan_data(plan: Plan, shown: Callable[[str], str] = str) -> list[dict[str, Any]]:
    """A plan for JSON; ``shown`` blanks what nobody may be told."""
    return [
        {
            "id": step.id,
            "act": type(step.act).__name__,
            "cause": step.cause,
            "after": list(step.after),
            "commands": [shown(command) for command in commands(step.act)],
        }
        for step in plan.steps
    ]


def garbage_text(found: Sequence[Garbage]) -> str:
    """What is left over, under its heading, each with the command that removes it; or nothing."""
    if not found:
        return ""
    lines = ["", "", "Left over (`envcheck clean --all` removes all of it):"]
    wide = max(len(one.name) for one in found)
    for one in found:
        much = f", {size(one.size)}" if one.size else ""
        lines.append(f"  {one.kind:<9} {one.name:<{wide}}   {one.why}{much}")
        lines.append(f"  {'':<9} {one.command}")
    return "\n".join(lines)


def garbage_data(found: Sequence[Garbage]) -> list[dict[str, Any]]:
    """The same for JSON."""
    return [asdict(one) for one in found]


def checks_text(checks: Sequence[Check]) -> str:
    """The checks, a line each."""
    wide = max(len(check.id) for check in checks)
    return "\n".join(f"{check.id:<{wide}}   {check.about}" for check in checks)


def checks_data(checks: Sequence[Check]) -> list[dict[str, Any]]:
    """The checks for JSON; ``seconds`` is how long each may take."""
    return [
        {
            "id": check.id,
            "title": check.title,
            "about": check.about,
            "needs": [*check.needs],
            "seconds": check.seconds,
        }
        for check in checks
    ]
