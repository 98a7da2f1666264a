"""The line to a command in a container: pieces of two streams, however they are cut."""

from __future__ import annotations

import select
import socket
import struct
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from envcheck.engine.exec_line import ExecLine

if TYPE_CHECKING:
    from collections.abc import Iterator


def framed(stream: int, data: bytes) -> bytes:
    return struct.pack(">BxxxL", stream, len(data)) + data


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def line_to(ours: socket.socket, *, tty: bool = False, head: bool = False) -> ExecLine:
    """A line of what the SDK gives; ``head``: whether a first row is the answer's own."""
    reader = ours.makefile("rb")
    if head:
        assert reader.readline() == b"HTTP\r\n"
    response = SimpleNamespace(
        raw=SimpleNamespace(_fp=SimpleNamespace(fp=reader)), close=lambda: None
    )
    given = SimpleNamespace(_sock=ours, _response=response)
    return ExecLine(SimpleNamespace(exec_start=lambda *_, **__: given), "id", tty=tty)


def received(line: ExecLine) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    while not line.ended:
        select.select([line], [], [], 10)
        for stream, data in line.receive():
            if found and found[-1][0] == stream:
                data = found.pop()[1] + data  # noqa: PLW2901 - as whoever reads has it
            found.append((stream, data))
    return found


ALL = framed(1, b"one\n") + framed(2, b"wrong") + framed(1, b"") + framed(1, b"x" * 70_000)
FOUND = [(1, b"one\n"), (2, b"wrong"), (1, b"x" * 70_000)]


@pytest.mark.parametrize("size", [1, 7, 9, 70_000])
def test_streams_are_told_apart(ends: tuple[socket.socket, socket.socket], size: int) -> None:
    ours, theirs = ends
    line = line_to(ours)
    found: list[tuple[int, bytes]] = []
    for at in range(0, 100 if size == 1 else len(ALL), size):
        theirs.sendall(ALL[at : at + size])
        found += line.receive()
    theirs.sendall(ALL[100:] if size == 1 else b"")
    theirs.close()
    whole = found + received(line)
    assert b"".join(data for stream, data in whole if stream == 1) == b"one\n" + b"x" * 70_000
    assert b"".join(data for stream, data in whole if stream == 2) == b"wrong"


def test_what_came_with_the_answers_head_is_not_lost(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = ends
    theirs.sendall(b"HTTP\r\n" + ALL[:20])
    line = line_to(ours, head=True)
    theirs.sendall(ALL[20:])
    theirs.close()
    assert received(line) == FOUND


def test_of_a_terminal_every_byte_is_output(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    line = line_to(ours, tty=True)
    theirs.sendall(b"\x01\x00\x00\x00$ ")
    theirs.close()
    assert received(line) == [(1, b"\x01\x00\x00\x00$ ")]


def test_input_can_end_while_output_goes_on(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    line = line_to(ours)
    assert line.send(b"given") == 5
    line.close_input()
    assert theirs.recv(100) == b"given"
    assert theirs.recv(100) == b""
    theirs.sendall(framed(1, b"answer"))
    theirs.close()
    assert received(line) == [(1, b"answer")]


def test_what_the_engine_says_in_the_commands_place_is_kept_apart(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = ends
    line = line_to(ours)
    theirs.sendall(
        framed(1, b"OCI runtime exec failed: no such file") + framed(1, b" or directory")
    )
    theirs.close()
    assert received(line) == []
    assert line.refusal == b"OCI runtime exec failed: no such file or directory"
