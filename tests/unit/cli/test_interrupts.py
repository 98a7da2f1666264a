"""Signals: the first ends a run in good order, the second at once, with what remains."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from envcheck.cli.interrupts import interruptible

BUSY = """
import sys, time
from envcheck.cli.interrupts import interruptible

def tidy():
    try:
        print("running", flush=True)
        sys.stdin.read()
    except KeyboardInterrupt:
        print("tidying", flush=True)
        sys.stdin.read()

with interruptible(lambda: ("made by this run: volume shop_data",)):
    tidy()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_is_an_interrupt(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with interruptible(list), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)
    assert signal.getsignal(number) is before


def test_who_has_them_ignored_goes_on_ignoring_them() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruptible(list):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_second_one_ends_it_at_once_and_says_what_remains() -> None:
    words = ["env", "--default-signal=INT", sys.executable, "-c", BUSY]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "running\n"
        os.kill(process.pid, signal.SIGINT)
        assert process.stdout.readline() == "tidying\n"
        os.kill(process.pid, signal.SIGTERM)
        assert process.stderr.read().splitlines() == [
            "",
            "envcheck: stopped at once.",
            "made by this run: volume shop_data",
        ]
    assert process.returncode == 130
