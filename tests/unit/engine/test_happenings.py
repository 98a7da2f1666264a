"""The engine's stream of events: however it ends, hearing no more is no error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from docker.errors import DockerException, StreamParseError

from envcheck.engine.happenings import EventStream

if TYPE_CHECKING:
    from collections.abc import Iterator


class Response:
    """What the SDK leaves open."""

    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        """Close it."""
        self.closed = True


class Stream:
    """An SDK's stream that breaks off, and cannot be closed."""

    def __init__(self, error: Exception) -> None:
        self._error = error
        self._response = Response()

    def __iter__(self) -> Iterator[dict[str, object]]:
        yield {"Action": "start", "Actor": {"Attributes": {"name": "shop-db"}}}
        raise self._error

    def close(self) -> None:
        """Say no, as the SDK does."""
        raise self._error


@pytest.mark.parametrize(
    "error",
    [
        DockerException("Cancellable streams not supported for the SSH protocol"),
        StreamParseError("Expecting property name enclosed in double quotes"),
        OSError(107, "Transport endpoint is not connected"),
        AttributeError("'NoneType' object has no attribute 'raw'"),
    ],
)
def test_a_stream_that_cannot_be_closed_is_let_go_of(error: Exception) -> None:
    stream = Stream(error)
    found = EventStream(stream)
    assert [happening.container for happening in found] == ["shop-db"]
    found.close()
    assert stream._response.closed  # noqa: SLF001 - what is ours to close
