"""The rows of services. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core import figures
from envcheck.reporters.console.lines import line
from envcheck.reporters.console.rows import TableRow
from envcheck.reporters.telling import code_of

if TYPE_CHECKING:
    from envcheck.core.events import (
        ServiceDone,
        ServiceFailed,
        ServiceProgress,
        ServiceReady,
        ServiceSkipped,
    )

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


def done(event: ServiceDone) -> TableRow:
    """The row of a job that has ended as it should."""
    state = f"done in {figures.seconds(event.seconds)}" if event.fresh else "done before"
    after = f"after {', '.join(event.after)}" if event.after else ""
    columns = [line(state, style="good")]
    if event.note or after:
        columns.append(line(event.note or after, style="grey"))
    return TableRow(f"service {event.service}", event.service, tuple(columns), ended=True)


def failed(event: ServiceFailed) -> TableRow:
    """The row of a service that will not become ready."""
    code = code_of(event)
    how = "" if code is None else f": {event.state or 'ended'} with code {code}"
    state = line(f"failed after {figures.seconds(event.seconds)}{how}", style="stop")
    key = f"service {event.service}"
    return TableRow(key, event.service, (state,), ended=True, note=event.id)


def skipped(event: ServiceSkipped) -> TableRow:
    """The row of a service that was not tried."""
    one_word = len(event.because.split()) == 1
    because = f"needs {event.because}" if one_word else event.because
    state = line(f"skipped: {because}", style="grey")
    return TableRow(f"service {event.service}", event.service, (state,), ended=True)


def _belongings(event: ServiceReady) -> str:
    noun = "volume" if len(event.volumes) == 1 else "volumes"
    volumes = f"{noun} {', '.join(event.volumes)}" if event.volumes else ""
    after = f"after {', '.join(event.after)}" if event.after else ""
    return ", ".join(filter(None, (volumes, after)))
