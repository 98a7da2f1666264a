"""An answer arrives, or it is told that it did not; who stops reading is no fault of ours."""

from __future__ import annotations

import os
import subprocess
import sys
from io import BytesIO, FileIO, TextIOWrapper
from typing import TYPE_CHECKING

from envcheck.cli.flags import Common
from envcheck.cli.streams import ensure_streams, let_go, say
from envcheck.cli.verb import Answer, run
from envcheck.core import events as ev
from envcheck.core.errors import ExitCode

if TYPE_CHECKING:
    import pytest

    from envcheck.cli.verb import Run

LISTED = (sys.executable, "-m", "envcheck.cli", "doctor", "--list")


def test_a_reader_who_went_away_is_no_failure() -> None:
    """Also at the very end, when Python writes what it still holds."""
    reader, writer = os.pipe()
    os.close(reader)
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    try:
        done = subprocess.run(
            LISTED, env=environ, stdout=writer, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_answer_that_did_not_arrive_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = os.open("/dev/full", os.O_WRONLY)
    try:
        full = TextIOWrapper(FileIO(file, "w", closefd=False), encoding="utf-8")
        monkeypatch.setattr(sys, "stdout", full)
        assert run(lambda _run: Answer("A=b"), Common(), answers=True) == ExitCode.FAILED
        let_go(full)
    finally:
        os.close(file)
    told = capsys.readouterr().err
    assert told == "envcheck: stdout could not be written: No space left on device\n"


def test_a_program_without_streams_is_given_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    ensure_streams()
    for stream in (sys.stdout, sys.stderr):
        assert not stream.isatty()
        say("…", stream)
        let_go(stream)
        stream.close()


def test_a_variable_stays_itself_whatever_the_locale() -> None:
    file = BytesIO()
    stream = TextIOWrapper(file, encoding="latin-1")
    say("A=é", stream)
    say("B=•", stream)
    assert file.getvalue() == "A=é\n".encode("latin-1") + "B=•\n".encode()


def test_a_traceback_holds_no_secret_and_steers_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fails(call: Run) -> Answer:
        call.session.emit(ev.ProfileRead("p.yaml", secrets=frozenset({"correct-horse"})))
        raise ValueError("login with correct-horse\x1b[2J refused\n::error::x")

    assert run(fails, Common(debug=True), answers=False) == ExitCode.BUG
    told = capsys.readouterr().err
    assert "ValueError: login with ••• refused\n" in told
    assert "in fails\n" in told
    assert "::error" not in told
