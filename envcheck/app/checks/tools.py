"""Checks of the programs that a profile needs on this machine; one for each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from envcheck.app.checks.exam import Check, Exam
from envcheck.core.errors import Fix
from envcheck.doctor.versions import meets
from envcheck.host.tools import version_of

if TYPE_CHECKING:
    from envcheck.core.events import Result
    from envcheck.core.profile import Profile


def tool_checks(profile: Profile | None) -> tuple[Check, ...]:
    """A check for each program of the profile's `tools`."""
    tools = profile.tools if profile else {}
    return tuple(_check(program, wanted) for program, wanted in tools.items())


def _check(program: str, wanted: str) -> Check:
    def look(_exam: Exam) -> Result:
        version = version_of(program)
        if version is None:
            result = check.result("fail", f"not on this machine; the profile needs {wanted}")
            fix = Fix(f"install {program} {wanted}".strip())
            return replace(result, fix=fix, fault="tools.missing")
        if not version:
            return check.result("warn", f"tells no version; the profile needs {wanted}")
        if not meets(version, wanted):
            result = check.result("fail", f"{version}; the profile needs {wanted}")
            return replace(result, fix=Fix(f"upgrade {program}"), fault="tools.other-version")
        return check.result("pass", f"{version}; the profile needs {wanted}")

    about = f"{program} on this machine"
    check = Check(f"tools.{program}", program, about, look)
    return check
