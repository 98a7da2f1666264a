"""The bus passes on every event, in order and one at a time, whatever its listeners do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING

import pytest

from envcheck.core import events as ev
from envcheck.core.errors import Fix, UsageError
from envcheck.core.report import Report
from envcheck.reporters.bus import Bus

if TYPE_CHECKING:
    from envcheck.core.events import Event


class Listener:
    """Keeps what it hears, and notices when two calls overlap."""

    def __init__(self) -> None:
        self.heard: list[Event | Report] = []
        self._busy = Lock()

    def handle(self, event: Event) -> None:
        """Keep the event."""
        assert self._busy.acquire(blocking=False), "two calls at once"
        self.heard.append(event)
        self._busy.release()

    def finish(self, report: Report) -> None:
        """Keep the report."""
        self.heard.append(report)


class Broken:
    """Fails at everything."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def handle(self, event: Event) -> None:  # noqa: ARG002
        """Fail."""
        raise self._error

    def finish(self, report: Report) -> None:  # noqa: ARG002
        """Fail otherwise."""
        raise ValueError("and again")


def test_listeners_hear_all_events_in_order_and_the_report() -> None:
    first, second = Listener(), Listener()
    bus = Bus(first, second)
    events = [ev.Note(str(number)) for number in range(3)]
    for event in events:
        bus.emit(event)
    bus.finish(Report())
    assert first.heard == second.heard == [*events, Report()]
    assert bus.events == tuple(events)


def test_events_from_many_threads_come_one_at_a_time() -> None:
    listener = Listener()
    bus = Bus(listener)
    with ThreadPoolExecutor(8) as pool:
        for number in range(500):
            pool.submit(bus.emit, ev.Note(str(number)))
    assert sorted(int(event.text) for event in bus.events if isinstance(event, ev.Note)) == list(
        range(500)
    )
    assert tuple(listener.heard) == bus.events
    assert not bus.troubles


def test_a_broken_reporter_stops_nobody_and_is_told_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    listener = Listener()
    bus = Bus(Broken(KeyError("colour")), listener)
    bus.emit(ev.Note("a"))
    bus.emit(ev.Note("b"))
    assert capsys.readouterr().err == ""
    bus.finish(Report())
    assert len(listener.heard) == 3
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "KeyError: 'colour'" in told


def test_a_reader_that_went_away_is_no_trouble_to_tell(capsys: pytest.CaptureFixture[str]) -> None:
    bus = Bus(Broken(BrokenPipeError()))
    bus.emit(ev.Note("a"))
    bus.finish(Report())
    assert capsys.readouterr().err == ""


def test_an_interrupt_is_not_swallowed() -> None:
    class Interrupted(Listener):
        def handle(self, event: Event) -> None:  # noqa: ARG002
            raise KeyboardInterrupt

    bus = Bus(Interrupted())
    with pytest.raises(KeyboardInterrupt):
        bus.emit(ev.Note("a"))
    assert bus.events == (ev.Note("a"),)


def test_every_event_has_its_second_of_the_run() -> None:
    times = iter([100.0, 100.0, 102.5, 107.0])
    bus = Bus(clock=lambda: next(times))
    bus.emit(ev.Note("a"))
    bus.emit(ev.Note("b"))
    assert [(timed.time, timed.event) for timed in bus.timed] == [
        (0.0, ev.Note("a")),
        (2.5, ev.Note("b")),
    ]
    assert bus.seconds == 7.0


def test_each_broken_reporter_is_told_of_once_and_in_its_own_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    unwritten = UsageError("r.xml cannot be written: disk full")
    bus = Bus(Broken(KeyError("colour")), Broken(unwritten))
    bus.emit(ev.Note("a"))
    bus.finish(Report())
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert told[1] == "envcheck: r.xml cannot be written: disk full"


def test_no_listener_hears_the_secrets_of_the_profile() -> None:
    listener = Listener()
    bus = Bus(listener)
    bus.emit(ev.ProfileRead("p.yaml", secrets=frozenset({"correct-horse"})))
    said = "password correct-horse refused"
    failure = ev.ServiceFailed(
        "correct-horse", "x", "c", said, 0.1, (said,), (said,), Fix(said), heard=said
    )
    bus.emit(failure)
    bus.emit(ev.Checked(ev.Result("a", "a", "fail", said, evidence=(said,))))
    bus.emit(ev.ServiceProgress("db", "starting", said))
    told = [event for event in bus.events if not isinstance(event, ev.ProfileRead)]
    assert tuple(listener.heard[1:]) == tuple(told)
    assert "correct-horse refused" not in repr(told)
    assert repr(told).count("password ••• refused") == 8
    assert listener.heard[0] == bus.events[0] == ev.ProfileRead("p.yaml")
    assert told[0] == bus.events[1]
    assert getattr(told[0], "service", "") == "correct-horse"  # a name is no text to change


def test_the_variables_to_connect_with_are_passed_on() -> None:
    bus = Bus()
    bus.emit(ev.ProfileRead("p.yaml", secrets=frozenset({"hunter2"})))
    connect = ev.Connect({"URL": "x://a:hunter2@h"}, {"URL": "x://a:•••@h"})
    bus.emit(connect)
    assert bus.events[1] is connect
