"""Thousands of things that may happen to an engine, in any order: the laws of design.md hold.

In CI there are few sequences; ``ENVCHECK_SEQUENCES=3000`` runs so many.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings

from tests.unit.fake_place import FakePlace
from tests.unit.operations import Operations, Place
from tests.unit.random_worlds import foreign_labels, profiles

SEQUENCES = int(os.environ.get("ENVCHECK_SEQUENCES", "12"))
STEPS = 15
MEMORY = Path("/dev/shm")
"""Where there is a file system in memory, ledgers cost less there: nobody needs them later."""


class OnFakeEngine(Operations):
    """On the fake engine."""

    profiles = profiles()
    foreign_labels = foreign_labels()

    def make(self) -> Place:
        """An empty engine, but for images that somebody has got before."""
        return FakePlace(
            Path(tempfile.mkdtemp(prefix="envcheck-", dir=MEMORY if MEMORY.is_dir() else None))
        )


TestOnFakeEngine = OnFakeEngine.TestCase
TestOnFakeEngine.settings = settings(
    max_examples=SEQUENCES,
    stateful_step_count=STEPS,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=[*HealthCheck],
)
