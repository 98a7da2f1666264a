"""What is in the way of removing something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import Fix
from envcheck.doctor.fault import Fault
from envcheck.doctor.match import doing, says, status

if TYPE_CHECKING:
    from envcheck.doctor.symptom import Symptom

_RACE = says("removal of container") & says("already in progress")


def _thing(symptom: Symptom, noun: str) -> str:
    return f"{noun} {symptom.subject}".strip()


def _users(symptom: Symptom, kind: str) -> tuple[str, ...]:
    name = symptom.subject or "NAME"
    return (f"docker ps --all --filter {kind}={name}",)


FAULTS = (
    Fault(
        id="docker.volume-in-use",
        layer="teardown",
        severity="fail",
        matches=says("volume is in use", "volume is being used by"),
        what=lambda s: f"{_thing(s, 'volume')} is in use by a container",
        why="a container keeps its volumes, even when it is stopped",
        remedy=lambda s: Fix(
            "see which container has it; that one goes first", _users(s, "volume")
        ),
    ),
    Fault(
        id="docker.network-in-use",
        layer="teardown",
        severity="fail",
        matches=says("has active endpoints", "has associated containers with it"),
        what=lambda s: f"{_thing(s, 'network')} is in use by a container",
        why="a container that is not ours is attached to it",
        remedy=lambda s: Fix(
            "see which container is attached, and stop or disconnect it", _users(s, "network")
        ),
    ),
    Fault(
        id="docker.image-in-use",
        layer="teardown",
        severity="info",
        matches=says(
            "conflict: unable to delete",
            "conflict: unable to remove repository reference",
            "image is in use by a container",
        ),
        what=lambda s: f"{_thing(s, 'image')} stays: somebody else uses it",
        why="a container, another name or another image rests on it",
        remedy=lambda s: Fix(
            "nothing need be done; to remove it, remove who uses it first", _users(s, "ancestor")
        ),
    ),
    Fault(
        id="docker.removal-in-progress",
        layer="teardown",
        severity="info",
        matches=_RACE | (doing("remove") & status(404)),
        what=lambda s: f"{s.subject or 'it'} is being removed, or gone already",
        why="somebody else removes it at the same time, which is what was asked for",
        remedy=Fix("nothing need be done"),
    ),
)
