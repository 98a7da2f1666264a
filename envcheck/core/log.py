"""A line of a service's log."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class LogLine:
    """What a service printed.

    Attributes:
        time: the engine's own, RFC 3339 in UTC with nanoseconds: in the order of texts.
    """

    time: str
    service: str
    text: str
