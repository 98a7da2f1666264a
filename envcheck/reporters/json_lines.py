"""Progress as JSON lines: one object for each event of work, as it comes, for programs that watch.

The form is `envcheck.progress/1`, described in docs/progress.md. What a run came to is said by the
report (`--json`), not here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO

from envcheck.core import events as ev
from envcheck.core.secrets import blank_urls

if TYPE_CHECKING:
    from envcheck.core.report import Report

SCHEMA = "envcheck.progress/1"


class JsonLinesReporter:
    """Writes a line for each event of work to its stream, at once."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def handle(self, event: ev.Event) -> None:
        """Write the event, where it is one of work."""
        data = line_of(event)
        if data is not None:
            self._write(data)

    def finish(self, report: Report) -> None:
        """Write how the run ended."""
        code = report.exit_code
        self._write({"event": "finished", "outcome": code.outcome, "exit_code": int(code)})

    def _write(self, data: dict[str, Any]) -> None:
        # ASCII, whatever the stream's encoding.
        self._stream.write(json.dumps(_blanked(data)) + "\n")
        self._stream.flush()


def line_of(event: ev.Event) -> dict[str, Any] | None:
    """An event as data, or None where it tells of no work."""
    match event:
        case ev.Started():
            return {"event": "started", "schema": SCHEMA, **_of_run(event)}
        case ev.ImageProgress() | ev.ImageReady():
            return _of_image(event)
        case ev.ServiceProgress():
            return _service(event.service, event.state, detail=event.detail)
        case ev.ServiceReady() | ev.ServiceDone():
            state = "ready" if isinstance(event, ev.ServiceReady) else "done"
            return _service(event.service, state, seconds=round(event.seconds, 3))
        case ev.ServiceFailed():
            return _service(event.service, "failed", id=event.id, detail=event.summary)
        case ev.ServiceSkipped():
            return _service(event.service, "skipped", detail=event.because)
        case ev.Note():
            return {"event": "note", "text": event.text}
        case ev.Failed():
            return {"event": "failed", "id": event.id, "what": event.what}
        case _:
            return None


def _of_run(event: ev.Started) -> dict[str, Any]:
    return {
        "command": event.command,
        "profile": event.profile,
        "instance": event.instance,
    }


def _of_image(event: ev.ImageProgress | ev.ImageReady) -> dict[str, Any]:
    if isinstance(event, ev.ImageProgress):
        figures = {"done": event.done, "total": event.total}
        return {"event": "image", "image": event.image, "phase": event.phase, **figures}
    return {
        "event": "image-ready",
        "image": event.image,
        "source": event.source,
        "digest": event.digest,
        "fresh": event.fresh,
        "seconds": round(event.seconds, 3),
        "note": event.note,
    }


def _service(name: str, state: str, **more: Any) -> dict[str, Any]:
    return {"event": "service", "service": name, "state": state, **more}


def _blanked(data: dict[str, Any]) -> dict[str, Any]:
    """The data without passwords in URLs that others have printed."""
    return {k: blank_urls(v) if isinstance(v, str) else v for k, v in data.items()}
