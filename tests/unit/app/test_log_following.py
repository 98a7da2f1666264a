"""A log that is read again is gone on with where it was left."""

from __future__ import annotations

from envcheck.app.log_following import Known


def at(second: int, nanoseconds: int = 0) -> str:
    return f"2026-11-23T09:14:{second:02}.{nanoseconds:09}Z"


def test_no_line_is_taken_twice_and_none_is_lost() -> None:
    known = Known()
    assert known.since is None
    assert known.take(at(1), "a")
    assert known.take(at(2), "b")
    assert known.take(at(2, 5), "b")
    # Again from that second on.
    assert known.since == 1795425242
    assert not known.take(at(2), "b")
    assert not known.take(at(2, 5), "b")
    assert known.take(at(2, 5), "c")
    assert known.take(at(3), "b")


def test_what_was_not_wanted_before_is_not_wanted_now() -> None:
    known = Known()
    assert known.take(at(2, 5), "the last line of many")
    assert not known.take(at(2, 4), "the one before it")
