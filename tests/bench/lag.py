"""How long after a service is ready envcheck knows it: ``python -m tests.bench.lag [STARTS]``.

Each start is on new volumes. Ready is what the service itself wrote into its log with its own
time; known is when its probe was first answered.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.app.session import Session
from envcheck.app.teardown import CleanOptions, clean
from envcheck.app.up import up
from envcheck.core import events as ev

if TYPE_CHECKING:
    from collections.abc import Iterable

STARTS = 30
SERVER = (
    "require('http').createServer((q, a) => a.end('fine'))"
    ".listen(3000, () => console.log(new Date().toISOString(), 'listening'))"
)
PROFILE = {
    "name": "lag",
    "services": {
        "postgres": {"image": "postgres:17.11", "environment": {"POSTGRES_PASSWORD": "lag"}},
        "redis": {"image": "redis:8.0.2"},
        "node": {"image": "node:24.21.0", "command": ["node", "-e", SERVER], "ports": [3000]},
    },
}
# What each writes when it is ready, and how it writes the time.
SAYS = {
    "postgres": (r"(\S+ \S+) UTC \[1\] LOG: .*ready to accept connections", "%Y-%m-%d %H:%M:%S.%f"),
    "redis": (r"1:M (.*?) \* Ready to accept connections", "%d %b %Y %H:%M:%S.%f"),
    "node": (r"(\S+)Z listening", "%Y-%m-%dT%H:%M:%S.%f"),
}


class Ear:
    """Notes when it was first known of each service that it answers, seconds since 1970."""

    def __init__(self) -> None:
        self.known: dict[str, float] = {}
        self._waited_since: dict[str, float] = {}

    def __call__(self, event: ev.Event) -> None:
        """Something happened."""
        if isinstance(event, ev.StepStarted) and event.act == "AwaitReady":
            self._waited_since[event.service] = time.time()
        if isinstance(event, ev.ServiceReady):
            self.known[event.service] = self._waited_since[event.service] + event.seconds


def ready_at(service: str, log: Iterable[str]) -> float:
    """When the service says that it was ready; the last time, if it says so twice."""
    pattern, form = SAYS[service]
    *_, said = re.findall(pattern, "\n".join(log))
    return datetime.strptime(said, form).replace(tzinfo=timezone.utc).timestamp()


def one_start(profile: Path) -> dict[str, float]:
    """The lag of each service in one start, seconds."""
    ear = Ear()
    session = Session(emit=ear, yes=True)
    try:
        up(session, str(profile))
        return {
            name: known - ready_at(name, session.engine().logs(f"lag-{name}", 100))
            for name, known in ear.known.items()
        }
    finally:
        clean(session, str(profile), CleanOptions(keep_images=True))
        session.close()


def put_away(profile: Path) -> None:
    """Remove the images too, where nobody else uses them."""
    session = Session(emit=lambda _event: None, yes=True)
    clean(session, str(profile), CleanOptions())
    session.close()


def main() -> None:
    """Measure and print."""
    starts = int(sys.argv[1]) if len(sys.argv) > 1 else STARTS
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "lag.yaml"
        profile.write_text(json.dumps(PROFILE))
        lags = [one_start(profile) for _ in range(starts)]
        put_away(profile)
    sys.stdout.write(f"{'':<10}{'median':>8}{'most':>8}   ms, {starts} starts\n")
    for name in SAYS:
        found = sorted(lag[name] * 1000 for lag in lags)
        sys.stdout.write(f"{name:<10}{statistics.median(found):>8.1f}{found[-1]:>8.1f}\n")


if __name__ == "__main__":
    main()
