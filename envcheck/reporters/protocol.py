"""What a listener is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from envcheck.core.events import Event
    from envcheck.core.report import Report


class Reporter(Protocol):
    """Hears every event of a run, then its report.

    Calls are serialised, never two at once, but come from several threads.
    """

    def handle(self, event: Event) -> None:
        """Something happened."""

    def finish(self, report: Report) -> None:
        """The run is over; called once, also where the run failed or was interrupted."""
