"""Stopping where a check says that this machine cannot run a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core import events as ev
from envcheck.core.errors import EnvcheckError, ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from envcheck.app.session import Session
    from envcheck.core.profile import Profile
    from envcheck.core.spec import Owner


class MachineUnfit(EnvcheckError):
    """A check failed that the profile's services, or whoever works with them, rest on."""

    exit_code = ExitCode.UNHEALTHY


def fit(results: Iterable[ev.Result]) -> None:
    """Stop where a check has failed.

    Raises:
        MachineUnfit: one has.
    """
    broken = [result.fault or result.id for result in results if result.status in ("fail", "error")]
    if broken:
        raise MachineUnfit(
            f"this machine cannot run it yet: {', '.join(broken)}", id="machine.unfit"
        )


def strictly(results: Iterable[ev.Result]) -> None:
    """Stop where a check has warned.

    Raises:
        MachineUnfit: one has.
    """
    warned = [result.fault or result.id for result in results if result.status == "warn"]
    if warned:
        raise MachineUnfit(f"warnings count as failures: {', '.join(warned)}", id="doctor.strict")


def fit_tools(session: Session, profile: Profile, owner: Owner) -> None:
    """Stop, before anything is made, where a program is missing here that the profile names.

    All programs are asked for their versions at once. Nothing is told of those that will do.

    Raises:
        MachineUnfit: one is missing, or has another version.
    """
    if not profile.tools:
        return
    from envcheck.app.checks.exam import Exam
    from envcheck.app.checks.tools import tool_checks
    from envcheck.app.examination import examine

    results: list[ev.Result] = []

    def keep(event: ev.Event) -> None:
        if isinstance(event, ev.Checked):
            results.append(event.result)

    examine(Exam(session, owner, profile), tool_checks(profile), emit=keep)
    told = [result for result in results if result.status != "pass"]
    if told:
        session.emit(ev.Section("Machine"))
    for result in told:
        session.emit(ev.Checked(result))
    fit(results)
