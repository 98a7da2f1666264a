"""A command that has the terminal: its streams, its exit codes, its signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from envcheck.host.child import NotRunnable, look_for
from tests.lab.typed import behind_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

RUN = """
import os, sys
from envcheck.host.child import run
code = run(sys.argv[1:], os.environ)
lost = os.isatty(0) and os.tcgetpgrp(0) != os.getpgrp()
print("lost" if lost else "ended", flush=True)
sys.exit(code)
"""
WORDS = (sys.executable, "-c", RUN)
TRAPS = "trap 'echo heard; exit 7' {signal}; echo begun; while :; do sleep 0.05; done"


def ran(
    *words: str, given: str = "", files: tuple[int, ...] = ()
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*WORDS, *words],
        input=given,
        pass_fds=files,
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )


@pytest.fixture
def begun() -> Iterator[subprocess.Popen[str]]:
    """Not in the foreground of any terminal, and in a group of its own."""
    words = ("env", "--default-signal=INT", *WORDS)
    with subprocess.Popen(
        [*words, "sh", "-c", TRAPS.format(signal="INT TERM HUP USR1")],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=Path(__file__).parents[3],
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        yield process


def test_streams_and_exit_code_are_the_commands() -> None:
    done = ran("sh", "-c", "cat; echo wrong >&2; exit 3", given="given\n")
    assert (done.returncode, done.stdout, done.stderr) == (3, "given\nended\n", "wrong\n")


def test_words_stay_words() -> None:
    done = ran("printf", "<%s>", "a b", "$HOME", "'", "", "*")
    assert done.stdout == "<a b><$HOME><'><><*>ended\n"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGINT])
def test_what_a_signal_ended_exits_with_128_and_its_number(number: signal.Signals) -> None:
    assert ran("sh", "-c", f"kill -{number.value} $$").returncode == 128 + number


def test_pipes_break_as_they_do_without_us() -> None:
    # Python ignores SIGPIPE, which a child would inherit; then `yes` would complain.
    done = ran("sh", "-c", "yes | head -n 1")
    assert (done.stdout, done.stderr) == ("y\nended\n", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
def test_signals_are_passed_on_and_the_command_is_waited_for(
    begun: subprocess.Popen[str], number: signal.Signals
) -> None:
    begun.send_signal(number)
    out, _ = begun.communicate(timeout=30)
    assert (begun.returncode, out) == (7, "heard\nended\n")


def test_open_files_are_passed_on() -> None:
    inside, outside = os.pipe()
    os.write(outside, b"words")
    os.close(outside)
    done = ran("cat", f"/dev/fd/{inside}", files=(inside,))
    os.close(inside)
    assert done.stdout == "wordsended\n"


def test_ctrl_c_reaches_the_command_once_and_does_not_end_us() -> None:
    script = "trap 'echo heard' INT; echo begun; read x; read x; echo again; kill -INT $$"
    with behind_terminal((*WORDS, "bash", "-c", script), os.environ) as terminal:
        terminal.until("begun")
        terminal.type("\x03")
        terminal.until("heard")
        terminal.type("\n\n")
        terminal.until("again")
        terminal.until("heard")
        terminal.until("ended")
        assert "heard" not in terminal.shown
        assert terminal.end() == 0


def test_ctrl_c_ends_what_does_not_care_and_the_code_is_130() -> None:
    # A shell that is told just before it has begun a command waits for that command first.
    with behind_terminal((*WORDS, "sh", "-c", "echo begun; exec sleep 60"), os.environ) as terminal:
        terminal.until("begun")
        terminal.type("\x03")
        terminal.until("ended")
        assert terminal.end() == 130


def test_a_new_size_reaches_the_command() -> None:
    script = "trap 'stty size; exit 5' WINCH; echo begun; while :; do sleep 0.05; done"
    with behind_terminal((*WORDS, "bash", "-c", script), os.environ) as terminal:
        terminal.until("begun")
        terminal.resize(50, 132)
        terminal.until("50 132")
        assert terminal.end() == 5


def test_a_shell_that_is_killed_gives_the_terminal_back_in_order() -> None:
    # An interactive shell makes its own group the foreground.
    words = (*WORDS, "bash", "--norc", "--noprofile", "-i")
    with behind_terminal(words, {**os.environ, "PS1": "$ "}) as terminal:
        before = terminal.modes()
        terminal.until("$ ")
        terminal.type("stty -echo; kill -KILL $$\n")
        terminal.until("ended")
        assert terminal.end() == 137
        assert terminal.modes() == before


def test_a_command_that_is_not_there_is_known_before() -> None:
    with pytest.raises(NotRunnable) as refused:
        look_for("no-such-command", {"PATH": "/usr/bin:/bin"})
    assert refused.value.code == 127
    look_for("sh", {"PATH": "/usr/bin:/bin"})


def test_a_file_that_may_not_be_executed_is_another_matter(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\n")
    with pytest.raises(NotRunnable) as refused:
        look_for(str(script), {})
    assert refused.value.code == 126
    with pytest.raises(NotRunnable) as refused:
        look_for(str(tmp_path), {})
    assert refused.value.code == 126
    with pytest.raises(NotRunnable) as refused:
        look_for(str(tmp_path / "none"), {})
    assert refused.value.code == 127
