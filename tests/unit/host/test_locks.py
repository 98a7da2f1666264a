"""Locks: one holds it, the next one waits or learns who that is; it dies with its process."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from envcheck.host.locks import Held, Holder, Share, held, holder_of

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 10.0
HOLD = """
import sys
from pathlib import Path
from envcheck.host.locks import held
with held(Path(sys.argv[1]), "up shop", seconds=0, waiting=lambda who: None):
    print("held", flush=True)
    sys.stdin.read()
"""


def nobody(_who: Holder | None) -> None:
    pytest.fail("there was nobody to wait for")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of a lock, in a folder that is not there yet."""
    return tmp_path / "locks" / "shop.lock"


@pytest.fixture
def other(path: Path) -> subprocess.Popen[bytes]:
    """Another process that holds the lock."""
    words = [sys.executable, "-c", HOLD, str(path)]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process


def test_who_holds_it_is_known_while_it_is_held_and_nothing_is_left(path: Path) -> None:
    assert holder_of(path) is None
    with held(path, "up shop", seconds=0, waiting=nobody):
        who = holder_of(path)
        assert who is not None
        assert (who.pid, who.command) == (os.getpid(), "up shop")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert holder_of(path) is None
    assert list(path.parent.iterdir()) == []


def test_who_comes_second_learns_who_holds_it(path: Path, other: subprocess.Popen[bytes]) -> None:
    seen: list[Holder | None] = []
    with (
        pytest.raises(Held) as caught,
        held(path, "clean shop", seconds=0.05, waiting=seen.append),
    ):
        pass
    assert caught.value.holder is not None
    assert caught.value.holder.pid == other.pid
    assert str(caught.value.holder).startswith(f"`up shop` (process {other.pid}, since 20")
    assert seen == [caught.value.holder]
    other.communicate()
    assert not path.exists()


def test_it_dies_with_its_process(path: Path, other: subprocess.Popen[bytes]) -> None:
    assert holder_of(path) is not None
    other.send_signal(signal.SIGKILL)
    other.communicate()
    assert path.exists()
    assert holder_of(path) is None
    with held(path, "clean shop", seconds=0, waiting=nobody):
        pass


def test_who_waits_gets_it_when_it_is_free(path: Path, other: subprocess.Popen[bytes]) -> None:
    def end(_who: Holder | None) -> None:
        threading.Thread(target=other.communicate).start()

    with held(path, "clean shop", seconds=SECONDS, waiting=end):
        who = holder_of(path)
        assert who is not None
        assert who.command == "clean shop"


def test_many_at_once_are_inside_one_at_a_time(path: Path) -> None:
    inside: list[int] = []
    seen: list[int] = []

    def enter(number: int) -> None:
        with held(path, str(number), seconds=SECONDS, waiting=lambda _who: None):
            inside.append(number)
            seen.append(len(inside))
            inside.remove(number)

    threads = [threading.Thread(target=enter, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [1] * 20


SHARE = """
import sys
from pathlib import Path
from envcheck.host.locks import Share
Share(Path(sys.argv[1]))
print("shared", flush=True)
sys.stdin.read()
"""


def test_a_share_knows_whether_it_is_the_first_and_whether_it_was_the_last(path: Path) -> None:
    first, second = Share(path), Share(path)
    assert (first.alone, second.alone) == (True, False)
    assert not first.leave()
    assert second.leave()
    assert not path.exists()


def test_a_share_dies_with_its_process(path: Path) -> None:
    words = [sys.executable, "-c", SHARE, str(path)]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"shared\n"
    beside = Share(path)
    assert not beside.alone
    assert not beside.leave()
    process.kill()
    process.communicate()
    share = Share(path)
    assert share.alone
    assert share.leave()
