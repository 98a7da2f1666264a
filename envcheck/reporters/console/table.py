"""The services of a run, and which of their failures are still to be explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core import events as ev
from envcheck.reporters.console import services
from envcheck.reporters.console.lines import GAP
from envcheck.reporters.console.timeline import moment, timeline
from envcheck.reporters.console.trouble import troubles

if TYPE_CHECKING:
    from envcheck.reporters.console.lines import Block
    from envcheck.reporters.console.page import Page
    from envcheck.reporters.console.rows import TableRow
    from envcheck.reporters.console.timeline import Moment

ServiceEvent = (
    ev.ServiceProgress | ev.ServiceReady | ev.ServiceDone | ev.ServiceFailed | ev.ServiceSkipped
)


class Table:
    """Tells of services. ``told`` are the ids and sentences of the failures that were explained."""

    def __init__(self) -> None:
        self.told: set[str] = set()
        self._failed: list[ev.ServiceFailed] = []
        self._moments: list[Moment] = []

    def record(self, event: ev.Event, time: float, instance: str) -> None:
        """Remember when something happened, in case that a service fails."""
        if now := moment(event, time, instance):
            self._moments.append(now)

    def hear(self, event: ServiceEvent) -> TableRow:
        """The row of a service."""
        match event:
            case ev.ServiceProgress():
                return services.on_its_way(event)
            case ev.ServiceReady():
                return services.ready(event)
            case ev.ServiceDone():
                return services.done(event)
            case ev.ServiceFailed():
                self._failed.append(event)
                return services.failed(event)
            case ev.ServiceSkipped():
                return services.skipped(event)

    def close(self, page: Page) -> Block:
        """Nothing more is heard of services: why some failed, and what had happened when."""
        if not self._failed:
            return []
        block = troubles(self._failed, page, first=not self.told)
        for failure in self._failed:
            self.told |= {failure.id, failure.summary}
        self._failed.clear()
        return [*block, GAP, *timeline(self._moments, page)]
