"""What each step of a timeline is called: its phase in one word, and what it was about. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from envcheck.core.timeline import CHECKING

if TYPE_CHECKING:
    from envcheck.core.timeline import TimedStep

_PHASES = {
    CHECKING: "check",
    "PullImage": "pull",
    "BuildBase": "build",
    "BuildRecipe": "build",
    "BuildImage": "build",
    "CreateNetwork": "create",
    "CreateVolume": "create",
    "CreateContainer": "create",
    "StartContainer": "start",
    "AwaitReady": "verify",
    "StartJob": "start",
    "AwaitJob": "run",
    "SkipJob": "skip",
    "ApplySeed": "seed",
    "LeaveSeed": "seed",
    "StopContainer": "stop",
    "RenameContainer": "create",
    "RemoveContainer": "remove",
}
OBJECTS = {"CreateNetwork": "network", "CreateVolume": "volume"}
"""What belongs to the whole instance, not to one service."""


def who(step: TimedStep) -> str:
    """What a step was about, as people call it: a service, an image, a network."""
    if step.act in OBJECTS:
        return f"{OBJECTS[step.act]} {step.subject}"
    return step.service or step.subject


def phase_of(step: TimedStep) -> str:
    """The phase that a step is; for an act that is not known here, its name in small letters."""
    words = re.findall("[A-Z]?[^A-Z]+|[A-Z]+", step.act)
    return _PHASES.get(step.act) or " ".join(words).lower()
