"""What a failure came to where nothing in the layers below explains it.

These stand last, and match only where nothing before them does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import Fix
from envcheck.core.exit_codes import meaning
from envcheck.doctor import remedies
from envcheck.doctor.catalogue.unanswered import TALKING
from envcheck.doctor.fault import Fault
from envcheck.doctor.match import Match, cause, doing, none_of, says, state, status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from envcheck.doctor.symptom import Symptom

_WAIT = doing("wait")
_LOOPING = 3  # starts that a restart policy has made by itself
_LOOP = state("restarting") | Match(lambda s: s.restarts >= _LOOPING)
_UNHEALTHY = Match(lambda s: s.health == "unhealthy")


def _exited(symptom: Symptom) -> str:
    code = symptom.exit_code or 0
    means = meaning(code)
    return f"exited with code {code}" + (f": {means}" if means else "")


def _cannot_start(symptom: Symptom) -> str:
    first = symptom.text.strip().splitlines()[:1]
    return f"its container could not start: {first[0]}" if first else "its container did not start"


def _too_late(symptom: Symptom) -> str:
    if symptom.seconds is None:
        return "not ready in time"
    return f"not ready after {symptom.seconds:.0f} s"


def _longer(symptom: Symptom) -> Fix:
    log = remedies.container_log(symptom)
    return Fix(f"{log.text}; if it only needs longer, set `timeout:` in the profile", log.commands)


def outcomes(explained: Iterable[Fault]) -> tuple[Fault, ...]:
    """The outcomes, none of which matches where one of the explained faults does."""
    alone = none_of(fault.matches for fault in explained)
    return (
        Fault(
            id="docker.connection-lost",
            layer="outcome",
            severity="fail",
            matches=TALKING
            & ~doing("connect")
            & cause(
                "ConnectionResetError",
                "ConnectionAbortedError",
                "BrokenPipeError",
                "RemoteDisconnected",
                "IncompleteRead",
                "InvalidChunkLength",
                "ProtocolError",
                "StreamParseError",
            )
            & alone,
            what="the connection to the engine broke off",
            why="the engine ended, or was restarted, while it was at work for us",
            remedy=remedies.read_log,
        ),
        Fault(
            id="service.cannot-start",
            layer="outcome",
            severity="fail",
            matches=(
                (doing("start") & ~status(None) & ~says("No such container"))
                | (_WAIT & state("created", "dead"))
            )
            & alone,
            what=_cannot_start,
            why="the engine refused to start it; its own words are the evidence",
            remedy=remedies.read_log,
        ),
        Fault(
            id="service.crash-loop",
            layer="outcome",
            severity="fail",
            matches=_WAIT & _LOOP & alone,
            what=lambda s: f"it ends again and again, {s.restarts} restarts so far",
            why="its restart policy starts it anew each time, so it never stays up",
            remedy=remedies.container_log,
        ),
        Fault(
            id="service.exited",
            layer="outcome",
            severity="fail",
            matches=_WAIT & state("exited") & ~_LOOP & alone,
            what=_exited,
            why="its main process ended, and a service must go on",
            remedy=remedies.container_log,
        ),
        Fault(
            id="service.unhealthy",
            layer="outcome",
            severity="fail",
            matches=_WAIT & state("running") & _UNHEALTHY & ~_LOOP & alone,
            what="its own health check fails",
            why="the container runs, and the check that its image or profile brings says no",
            remedy=remedies.container_log,
        ),
        Fault(
            id="service.timeout",
            layer="outcome",
            severity="fail",
            matches=_WAIT & state("running") & ~_UNHEALTHY & ~_LOOP & alone,
            what=_too_late,
            why="its container runs, and never gave the answer that was waited for",
            remedy=_longer,
        ),
    )
