"""The lookout: what happens to a container ends the waits for it, and only those."""

from __future__ import annotations

import threading
import time

import pytest

from envcheck.core.errors import StepFailed
from envcheck.run.lookout import Lookout, listening
from envcheck.run.ports import Happening, Stopped, SystemClock
from tests.fake.engine import FakeEngine

SECONDS = 10.0
"""Longer than anything here takes, unless it hangs."""


@pytest.fixture
def lookout() -> Lookout:
    return Lookout(SystemClock())


def test_a_wait_ends_when_something_happens(lookout: Lookout) -> None:
    post = lookout.post("shop-db")
    assert post.news(), "at first there is always news"
    threading.Timer(0.05, lookout.hear, (Happening("shop-db", "die"),)).start()
    begun = time.monotonic()
    post.wait(SECONDS)
    assert time.monotonic() - begun < SECONDS / 2
    assert post.news()
    assert not post.news()
    assert lookout.ended("shop-db") == 1


def test_a_wait_for_another_container_goes_on(lookout: Lookout) -> None:
    post = lookout.post("shop-cache")
    post.news()
    threading.Timer(0.01, lookout.hear, (Happening("shop-db", "die"),)).start()
    begun = time.monotonic()
    post.wait(0.2)
    assert time.monotonic() - begun >= 0.2
    assert not post.news()


def test_a_question_that_hangs_is_left_when_the_container_dies(lookout: Lookout) -> None:
    post = lookout.post("shop-db")
    post.news()
    hangs = threading.Event()
    threading.Timer(0.05, lookout.hear, (Happening("shop-db", "die"),)).start()
    begun = time.monotonic()
    assert post.ask(lambda: hangs.wait(SECONDS), seconds=SECONDS) is None
    assert time.monotonic() - begun < SECONDS / 2
    hangs.set()


def test_a_question_has_a_limit_of_its_own(lookout: Lookout) -> None:
    post = lookout.post("shop-db")
    post.news()
    hangs = threading.Event()
    assert post.ask(lambda: hangs.wait(SECONDS), seconds=0.05) is None
    hangs.set()


def test_a_question_gives_its_answer_or_its_error_as_soon_as_it_has_it(lookout: Lookout) -> None:
    post = lookout.post("shop-db")
    post.news()
    begun = time.monotonic()
    assert post.ask(lambda: "yes", seconds=SECONDS) == "yes"
    with pytest.raises(ZeroDivisionError):
        post.ask(lambda: 1 // 0, seconds=SECONDS)
    assert time.monotonic() - begun < SECONDS / 2


def test_an_interrupt_ends_every_wait(lookout: Lookout) -> None:
    post = lookout.post("shop-db")
    clock = lookout.clock
    assert isinstance(clock, SystemClock)
    post.news()
    threading.Timer(0.05, clock.stop).start()
    with pytest.raises(Stopped):
        post.wait(SECONDS)
    with pytest.raises(Stopped):
        post.ask(lambda: "yes", seconds=SECONDS)


def test_an_engine_that_cannot_tell_is_no_obstacle(lookout: Lookout) -> None:
    class Mute(FakeEngine):
        def happenings(self, instance: str) -> object:  # type: ignore[override]
            raise StepFailed(f"no events of {instance}", id="test.mute")

    with listening(lookout, Mute(), "shop"):  # type: ignore[arg-type]
        assert lookout.ended("shop-db") == 0


def test_an_engine_that_does_not_begin_to_tell_is_no_obstacle(
    lookout: Lookout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("envcheck.run.lookout._OPENING", 0.05)
    hangs = threading.Event()

    class Frozen(FakeEngine):
        def happenings(self, instance: str) -> object:  # type: ignore[override]
            hangs.wait(SECONDS)
            raise StepFailed(f"no events of {instance}", id="test.frozen")

    begun = time.monotonic()
    with listening(lookout, Frozen(), "shop"):  # type: ignore[arg-type]
        assert time.monotonic() - begun < SECONDS / 2
    hangs.set()


def test_what_the_engine_tells_is_heard(lookout: Lookout) -> None:
    engine = FakeEngine()
    with listening(lookout, engine, "shop"):
        assert len(engine.hears) == 1
    assert engine.hears == []
