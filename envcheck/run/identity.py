"""Identity: is the server that answered the one that the profile pins?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix
from envcheck.core.events import Result, Status

if TYPE_CHECKING:
    from envcheck.core.reference import Reference


def judge_version(service: str, product: str, pin: Reference | None, version: str) -> Result | None:
    """Compare a server's own version with the pin's.

    Returns:
        pass where the server's version is the pin's or a refinement of it (17.11 for a pin of 17),
        warn where only the first component agrees, fail otherwise; None where either is unknown.
    """
    wanted = pin.version if pin else ""
    if not wanted or not version:
        return None
    status, summary = _compare(wanted, version)
    fix = None
    if status != "pass":
        fix = Fix(f"pin {version} in the profile, or get the image {pin} from its registry")
    return Result(
        id=f"service.{service}.version",
        title=f"{service} version",
        status=status,
        summary=f"{product} {version}{summary}",
        fix=fix,
    )


def _compare(wanted: str, version: str) -> tuple[Status, str]:
    pinned, actual = _numbers(wanted), _numbers(version)
    if actual[: len(pinned)] == pinned:
        return "pass", ", as pinned"
    if actual[:1] == pinned[:1]:
        return "warn", f", the pin says {wanted}"
    return "fail", f", the pin says {wanted}"


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text.split("-", maxsplit=1)[0]))
