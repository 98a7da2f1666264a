"""Made-up runs for the tests of the timeline: plans carried out on a clock of their own."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from envcheck.core import events as ev
from envcheck.core.timeline import Timed


@dataclass(frozen=True)
class Job:
    """A step to simulate: what it waits for, and how long it takes (whole units of time)."""

    id: int
    after: tuple[int, ...]
    takes: int
    service: str = ""
    act: str = "StartContainer"


def carried_out(stage: str, jobs: list[Job], begin: int) -> tuple[list[Timed], int]:
    """The events of jobs that each begin as soon as they may, and when the last one has ended."""
    ends: dict[int, int] = {}
    events: list[tuple[int, int, ev.Event]] = []
    for job in jobs:
        start = max((ends[need] for need in job.after), default=begin)
        ends[job.id] = start + job.takes
        started = ev.StepStarted(stage, job.id, job.act, f"x-{job.id}", job.service, job.after)
        # Of what happens in the same moment, ends come first; and no end before its own beginning.
        order = 1 if job.takes else 2
        events += [(start, 1, started), (ends[job.id], order - 1, _ended(stage, job.id))]
    events.sort(key=lambda event: event[:2])
    timed = [Timed(float(time), event) for time, _, event in events]
    return timed, max(ends.values(), default=begin)


def _ended(stage: str, id: int) -> ev.StepEnded:
    return ev.StepEnded(stage, id, "done")


def longest(jobs: list[Job]) -> int:
    """The length of the longest chain of jobs, by an algorithm that knows nothing of clocks."""
    lengths: dict[int, int] = {}
    for job in jobs:
        lengths[job.id] = job.takes + max((lengths[need] for need in job.after), default=0)
    return max(lengths.values(), default=0)


@st.composite
def plans(draw: st.DrawFn, shortest: int = 0) -> list[Job]:
    """A plan in which every step waits for some of those before it."""
    jobs: list[Job] = []
    for id in range(1, draw(st.integers(1, 9)) + 1):
        after = draw(st.sets(st.integers(1, id - 1), max_size=3)) if id > 1 else set()
        service = draw(st.sampled_from(["", "db", "web", "cache"]))
        takes = draw(st.integers(shortest, 20))
        jobs.append(Job(id, tuple(sorted(after)), takes, service))
    return jobs
