"""The rows of services, and the block that tells why one failed. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core import figures
from envcheck.reporters.console.details import UNDER_BLOCK, Details
from envcheck.reporters.console.lines import hang, line
from envcheck.reporters.console.rows import TableRow

if TYPE_CHECKING:
    from envcheck.core.events import ServiceFailed, ServiceProgress, ServiceReady, ServiceSkipped
    from envcheck.reporters.console.lines import Block
    from envcheck.reporters.console.page import Page

WAITING = "waiting"
"""The state of a service that has not begun, because it needs another one first."""


def on_its_way(event: ServiceProgress) -> TableRow:
    """The row of a service that is not ready yet."""
    columns = [line(event.state)]
    if event.detail:
        columns.append(line(event.detail, style="grey"))
    change = "" if event.state == WAITING else event.state
    return TableRow(f"service {event.service}", event.service, tuple(columns), change=change)


def ready(event: ServiceReady) -> TableRow:
    """The row of a service that answers."""
    state = f"ready in {figures.seconds(event.seconds)}" if event.fresh else "already ready"
    columns = (
        line(state, style="good"),
        line(" ".join(filter(None, (event.product, event.version)))),
        line(event.endpoint),
        line(_belongings(event), style="grey"),
    )
    key = f"service {event.service}"
    return TableRow(key, event.service, columns, ended=True, aligned=True)


def failed(event: ServiceFailed) -> TableRow:
    """The row of a service that will not become ready."""
    state = line(f"failed after {figures.seconds(event.seconds)}", style="stop")
    key = f"service {event.service}"
    return TableRow(key, event.service, (state,), ended=True, note=event.id)


def skipped(event: ServiceSkipped) -> TableRow:
    """The row of a service that was not tried."""
    one_word = len(event.because.split()) == 1
    because = f"needs {event.because}" if one_word else event.because
    state = line(f"skipped: {because}", style="grey")
    return TableRow(f"service {event.service}", event.service, (state,), ended=True)


def trouble(event: ServiceFailed, page: Page) -> Block:
    """Why a service failed: what happened, the evidence, its last words, and what to do."""
    head = line(f"{event.service}: ", style="strong")
    block = hang(head, event.summary, page.width, "stop")
    return block + Details(page, UNDER_BLOCK).of(event.evidence, event.fix, event.logs)


def _belongings(event: ServiceReady) -> str:
    noun = "volume" if len(event.volumes) == 1 else "volumes"
    volumes = f"{noun} {', '.join(event.volumes)}" if event.volumes else ""
    after = f"after {', '.join(event.after)}" if event.after else ""
    return ", ".join(filter(None, (volumes, after)))
