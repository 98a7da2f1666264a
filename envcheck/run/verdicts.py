"""The verdict on a service's being ready, or a job's being done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.events import Result

if TYPE_CHECKING:
    from envcheck.core.errors import EnvcheckError
    from envcheck.core.events import Status


def verdict_on(
    question: str,
    status: Status,
    summary: str,
    error: EnvcheckError | None = None,
    seconds: float = 0.0,
) -> Result:
    """The verdict on ``SERVICE.ready`` or ``SERVICE.done``; an error gives evidence and fix."""
    return Result(
        id=f"service.{question}",
        title=question.replace(".", " "),
        status=status,
        summary=summary,
        seconds=seconds,
        evidence=error.evidence if error else (),
        fix=error.fix if error else None,
        fault=error.id if error else "",
    )
