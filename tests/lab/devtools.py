"""A conversation with a browser over a pipe, in its DevTools protocol."""

from __future__ import annotations

import json
import os
import select
import time
from typing import TYPE_CHECKING, Any

from .shell import LabError

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 60.0
"""Seconds that one answer may take; the first one waits for the browser's start."""


class Conversation:
    """Commands, their answers, and the events in between; ``heard`` holds all that came.

    Args:
        commands: the file descriptor to write to.
        answers: the one to read from.
    """

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = answers
        self._buffer = b""
        self._number = 0
        self.heard: list[dict[str, Any]] = []

    def call(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """Give a command and wait for its answer.

        Raises:
            LabError: there is none, or it is an error.
        """
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        answer = self._until(lambda heard: heard.get("id") == self._number, method)
        if "error" in answer:
            raise LabError(f"the browser says of {method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    def wait_for(self, event: str) -> None:
        """Wait for an event that may have come already.

        Raises:
            LabError: it does not come.
        """
        if not any(message.get("method") == event for message in self.heard):
            self._until(lambda heard: heard.get("method") == event, event)

    def _until(self, wanted: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        deadline = time.monotonic() + SECONDS
        while True:
            message = self._next(deadline, what)
            self.heard.append(message)
            if wanted(message):
                return message

    def _next(self, deadline: float, what: str) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._answers], [], [], left)[0]:
                raise LabError(f"the browser gave no answer to {what} in {SECONDS:.0f} s")
            data = os.read(self._answers, 1 << 16)
            if not data:
                raise LabError(f"the browser ended while it was asked for {what}")
            self._buffer += data
        first, self._buffer = self._buffer.split(b"\0", 1)
        message: dict[str, Any] = json.loads(first)
        return message
