"""The services of a run: which are under way, and which failures are still to be explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core import events as ev
from envcheck.reporters.console import services
from envcheck.reporters.console.lines import GAP
from envcheck.reporters.console.timeline import moment, timeline

if TYPE_CHECKING:
    from envcheck.reporters.console.lines import Block, Line
    from envcheck.reporters.console.page import Page
    from envcheck.reporters.console.rows import TableRow
    from envcheck.reporters.console.timeline import Moment

ServiceEvent = ev.ServiceProgress | ev.ServiceReady | ev.ServiceFailed | ev.ServiceSkipped


class Table:
    """Tells of services. ``told`` are the ids and sentences of the failures that were explained."""

    def __init__(self) -> None:
        self.told: set[str] = set()
        self._open: set[str] = set()
        self._failed: list[ev.ServiceFailed] = []
        self._moments: list[Moment] = []

    def record(self, event: ev.Event, time: float, instance: str) -> None:
        """Remember when something happened, in case that a service fails."""
        if now := moment(event, time, instance):
            self._moments.append(now)

    def hear(self, event: ServiceEvent, page: Page) -> list[TableRow | Line]:
        """The row of a service, and the explanations once no service is under way any more."""
        self._open.discard(event.service)
        row = self._row(event)
        return [row] if self._open else [row, *self.explain(page)]

    def close(self, page: Page) -> Block:
        """No service is under way any more, whatever was heard last; the explanations."""
        self._open.clear()
        return self.explain(page)

    def explain(self, page: Page) -> Block:
        """Why services failed, and what had happened when."""
        block: Block = []
        for failure in self._failed:
            self.told |= {failure.id, failure.summary}
            block += [GAP, *services.trouble(failure, page)]
        if self._failed:
            block += [GAP, *timeline(self._moments, page)]
        self._failed.clear()
        return block

    def _row(self, event: ServiceEvent) -> TableRow:
        match event:
            case ev.ServiceProgress():
                self._open.add(event.service)
                return services.on_its_way(event)
            case ev.ServiceReady():
                return services.ready(event)
            case ev.ServiceFailed():
                self._failed.append(event)
                return services.failed(event)
            case ev.ServiceSkipped():
                return services.skipped(event)
