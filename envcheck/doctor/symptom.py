"""What was seen of one failure, before anybody has judged it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from envcheck.doctor.facts import Facts

Doing = Literal[
    "look", "connect", "ask", "pull", "build", "create", "start", "wait", "stop", "remove"
]
"""What was being done. ``look``: nothing; only the facts are judged. ``pull``: any question to a
registry. ``wait``: a started service is watched."""


@dataclass(frozen=True)
class Symptom:
    """One failure as it was seen.

    Attributes:
        subject: the image, container, volume, network or port that it is about.
        text: what the engine or the client said, raw. For a container that could not start, the
            engine's own error; while waiting, the last answer of the service.
        status: the HTTP status, where the engine answered with one.
        cause: the type name of the deepest exception, such as ``PermissionError``.
        errno: that exception's errno.
        state: the container's state in the engine's word: ``exited``, ``restarting``, …
        health: what its health check says: ``healthy``, ``unhealthy``, ``starting``.
        exit_code: of its main process, where that has ended.
        seconds: how long it was waited for.
        logs: the last lines that it printed, oldest first.
        endpoint: the address of the engine, and ``chosen_by`` what chose it, as in
            `envcheck.engine.endpoint`.
        holder: who holds what we wanted (a port, a name), and ``holder_stop`` the command that
            makes them let go.
    """

    doing: Doing
    subject: str = ""
    text: str = ""
    status: int | None = None
    cause: str = ""
    errno: int | None = None
    state: str = ""
    health: str = ""
    exit_code: int | None = None
    oom_killed: bool = False
    restarts: int = 0
    seconds: float | None = None
    logs: tuple[str, ...] = ()
    endpoint: str = ""
    chosen_by: str = ""
    holder: str = ""
    holder_stop: str = ""
    facts: Facts = field(default_factory=Facts)
