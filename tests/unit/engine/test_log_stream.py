"""Lines of a log, as the engine gives them: in pieces, each with its time."""

from __future__ import annotations

from envcheck.engine.log_stream import joined

ONE, TWO = "2026-11-23T09:14:02.000000001Z", "2026-11-23T09:14:02.000000002Z"


def piece(time: str, text: str) -> bytes:
    return f"{time} {text}".encode()


def test_a_piece_is_a_line() -> None:
    found = [*joined([piece(ONE, "a b\n"), piece(TWO, "\n"), piece(TWO, "  c\r\n")])]
    assert found == [(ONE, "a b"), (TWO, ""), (TWO, "  c")]


def test_a_long_line_comes_in_several_pieces() -> None:
    found = [*joined([piece(ONE, "a" * 16384), piece(TWO, "b\n"), piece(TWO, "c\n")])]
    assert found == [(ONE, "a" * 16384 + "b"), (TWO, "c")]


def test_the_last_line_may_have_no_end() -> None:
    assert [*joined([piece(ONE, "Password: ")])] == [(ONE, "Password: ")]
    assert [*joined([])] == []
    # What comes then was printed by the container when it was started again.
    again = [*joined([piece(ONE, "end"), piece(TWO, "one\n")])]
    assert again == [(ONE, "end"), (TWO, "one")]
