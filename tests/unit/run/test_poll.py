"""The one loop that tries again: quickly at first, then gently, and never without an end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcheck.run.poll import FIRST_PAUSE, LONGEST_PAUSE, poll
from envcheck.run.ports import Stopped, SystemClock
from tests.fake.clock import FakeClock


class Attempts:
    """Gives nothing a number of times, then a word."""

    def __init__(self, before: int) -> None:
        self.before = before
        self.made = 0

    def __call__(self) -> str | None:
        """One attempt."""
        self.made += 1
        return "found" if self.made > self.before else None


def test_what_is_there_at_once_is_not_waited_for() -> None:
    clock = FakeClock()
    assert poll(Attempts(0), seconds=10, clock=clock) == "found"
    assert clock.waits == []


def test_it_tries_until_something_is_there() -> None:
    attempts = Attempts(7)
    assert poll(attempts, seconds=10, clock=FakeClock()) == "found"
    assert attempts.made == 8


def test_the_pauses_grow_from_short_to_the_longest() -> None:
    clock = FakeClock()
    poll(Attempts(500), seconds=60, clock=clock)
    assert clock.waits[0] == FIRST_PAUSE
    assert clock.waits == sorted(clock.waits)
    assert clock.waits[-1] == LONGEST_PAUSE
    # Readiness is seen soon after it is there, and a slow start costs few questions.
    assert sum(clock.waits[:5]) < 0.1


def test_falsehood_is_something() -> None:
    """Only None means: not yet."""
    clock = FakeClock()
    assert poll(lambda: False, seconds=1, clock=clock) is False
    assert poll(lambda: 0, seconds=1, clock=clock) == 0
    assert clock.waits == []


def test_with_no_time_at_all_it_still_tries_once() -> None:
    attempts, clock = Attempts(5), FakeClock()
    assert poll(attempts, seconds=0, clock=clock) is None
    assert (attempts.made, clock.waits) == (1, [])


@given(st.floats(0.001, 300), st.floats(0, 20))
def test_it_ends_when_its_time_is_up_and_tries_a_last_time_then(
    seconds: float, costs: float
) -> None:
    """However long the attempts themselves take."""
    clock = FakeClock()
    begun = clock.now()
    ends: list[float] = []

    def attempt() -> None:
        clock.wait(costs)
        ends.append(clock.now())

    assert poll(attempt, seconds=seconds, clock=clock) is None
    assert ends[-1] - begun >= seconds - 1e-6
    assert ends[-1] - begun <= seconds + costs + 1e-6


def test_what_an_attempt_raises_ends_it() -> None:
    def attempt() -> None:
        raise ZeroDivisionError

    clock = FakeClock()
    with pytest.raises(ZeroDivisionError):
        poll(attempt, seconds=10, clock=clock)
    assert clock.waits == []


def test_the_systems_clock_goes_forward() -> None:
    clock = SystemClock()
    begun = clock.now()
    clock.wait(0.01)
    assert 0.01 <= clock.now() - begun < 5


def test_a_stopped_clock_ends_every_wait_now_and_later() -> None:
    clock = SystemClock()
    clock.stop()
    for _ in range(2):
        with pytest.raises(Stopped):
            clock.wait(3600)
    with pytest.raises(Stopped):
        poll(lambda: None, seconds=3600, clock=clock)
    assert not issubclass(Stopped, Exception)  # no handler of errors may swallow it
