"""How a service's container fares, as its engine tells: health, restarts, disk use, its image."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from envcheck.app.checking.images import meant
from envcheck.run.condition import judge_health, judge_restarts, judge_volumes
from envcheck.run.executor import within
from envcheck.run.identity import judge_image

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.app.checking.subject import Subject
    from envcheck.app.checks.exam import Check
    from envcheck.core.events import Result
    from envcheck.run.ports import Engine

_COUNTING = 5.0
"""Seconds that the engine may take to add up what is in its volumes."""


class Sizes:
    """The sizes of all volumes, asked for once by whichever check needs them first."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._sizes: Mapping[str, int] | None = None
        self._late = False

    def get(self) -> Mapping[str, int] | None:
        """Bytes by name; None where the engine takes too long.

        Raises:
            StepFailed: the engine could not tell.
        """
        with self._lock:
            if self._sizes is None and not self._late:
                try:
                    self._sizes = within(_COUNTING, self._engine.volume_sizes)
                except TimeoutError:
                    self._late = True
        return self._sizes


def image(subject: Subject) -> Check:
    """Whether its container runs the image that the profile means now."""

    def look() -> Result:
        instance = subject.instance
        service = instance.profile.services[subject.name]
        found = meant(service, instance, subject.seen)
        return judge_image(subject.name, subject.seen.image_id, found, instance.command("up"))

    return subject.check("image", "the image that it runs", look)


def health(subject: Subject) -> tuple[Check, ...]:
    """What the image's own health check says; nothing where it has none."""
    verdict = judge_health(subject.name, subject.target.container, subject.state)
    if verdict is None:
        return ()
    return (subject.check("health", "the image's own health check", lambda: verdict),)


def restarts(subject: Subject) -> Check:
    """How often the engine has started it anew."""
    verdict = judge_restarts(subject.name, subject.target.container, subject.state)
    return subject.check("restarts", "how often the engine restarted it", lambda: verdict)


def volumes(subject: Subject, sizes: Sizes) -> tuple[Check, ...]:
    """The disk use of its volumes; nothing where it has none."""
    names = subject.target.volumes
    if not names:
        return ()

    def look() -> Result:
        return judge_volumes(subject.name, names, sizes.get())

    return (subject.check("volumes", "the disk use of its volumes", look, seconds=30),)
