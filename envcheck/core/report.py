"""The report: all events of a run folded into one value, and that value as JSON.

The JSON envelope is a contract (``envcheck.report/1``): fields are added, never renamed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from envcheck.core import events as ev
from envcheck.core.errors import ExitCode, Fix

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SCHEMA = "envcheck.report/1"


@dataclass(frozen=True)
class ServiceReport:
    """How one service ended up; ``state`` is ready, failed, skipped, or the engine's word."""

    state: str
    image: str = ""
    digest: str = ""
    source: str = ""
    container: str = ""
    endpoint: str = ""
    version: str = ""
    ready_seconds: float | None = None


@dataclass(frozen=True)
class Report:
    """All that a run found and did. ``extra`` holds what one command adds to the envelope."""

    command: str = ""
    profile: str = ""
    instance: str = ""
    seconds: float = 0.0
    engine: ev.EngineInfo | None = None
    results: tuple[ev.Result, ...] = ()
    services: Mapping[str, ServiceReport] = field(default_factory=dict)
    changes: tuple[ev.Change, ...] = ()
    would_remove: tuple[ev.WouldRemove, ...] = ()
    kept: tuple[ev.Kept, ...] = ()
    left_behind: tuple[ev.LeftBehind, ...] = ()
    images: tuple[ev.ImageReady, ...] = ()
    bytes_freed: int | None = None
    error: ev.Failed | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def exit_code(self) -> ExitCode:
        """The one exit code of the run; computed here and nowhere else."""
        if self.error is not None:
            return ExitCode(self.error.exit_code)
        if self.left_behind:
            return ExitCode.INCOMPLETE
        statuses = {result.status for result in self.results}
        if "fail" in statuses:
            return ExitCode.UNHEALTHY
        if "error" in statuses:  # what could not be checked is never called good
            return ExitCode.UNUSABLE
        if any(service.state == "failed" for service in self.services.values()):
            return ExitCode.UNHEALTHY
        return ExitCode.OK


def fold(events: Iterable[ev.Event]) -> Report:
    """The report of a run from its events, in the order in which they happened."""
    report = Report()
    for event in events:
        report = _after(report, event)
    return report


def _after(report: Report, event: ev.Event) -> Report:
    match event:
        case ev.Started():
            return replace(
                report, command=event.command, profile=event.profile, instance=event.instance
            )
        case ev.EngineFound():
            return replace(report, engine=event.engine)
        case ev.Checked():
            # A check that runs again after a fix replaces its first verdict.
            others = tuple(r for r in report.results if r.id != event.result.id)
            return replace(report, results=(*others, event.result))
        case ev.ServiceReady() | ev.ServiceFailed() | ev.ServiceSkipped():
            services = {**report.services, event.service: _service(event)}
            return replace(report, services=services)
        case ev.Changed():
            return replace(report, changes=(*report.changes, event.change))
        case ev.WouldRemove():
            return replace(report, would_remove=(*report.would_remove, event))
        case ev.Kept():
            return replace(report, kept=(*report.kept, event))
        case ev.LeftBehind():
            return replace(report, left_behind=(*report.left_behind, event))
        case ev.ImageReady():
            return replace(report, images=(*report.images, event))
        case ev.Freed():
            return replace(report, bytes_freed=event.size)
        case ev.Failed():
            return replace(report, error=event)
        case _:  # progress and notes are for those who watch, not for the record
            return report


def _service(event: ev.ServiceReady | ev.ServiceFailed | ev.ServiceSkipped) -> ServiceReport:
    match event:
        case ev.ServiceReady():
            return ServiceReport(
                state="ready",
                image=event.image,
                digest=event.digest,
                source=event.source,
                container=event.container,
                endpoint=event.endpoint,
                version=event.version,
                ready_seconds=round(event.seconds, 3),
            )
        case ev.ServiceFailed():
            return ServiceReport(
                state="failed",
                image=event.image,
                digest=event.digest,
                source=event.source,
                container=event.container,
            )
        case ev.ServiceSkipped():
            return ServiceReport(state="skipped")


def to_json(report: Report) -> dict[str, Any]:
    """The report as JSON-ready data, in the envelope that scripts rely on."""
    return {
        "schema": SCHEMA,
        "command": report.command,
        "profile": report.profile,
        "instance": report.instance,
        "outcome": report.exit_code.outcome,
        "exit_code": int(report.exit_code),
        "seconds": round(report.seconds, 3),
        "engine": _plain(report.engine),
        "results": [_result(result) for result in report.results],
        "services": {name: _plain(service) for name, service in report.services.items()},
        "images": {
            image.image: {
                "reference": image.reference,
                "source": image.source,
                "digest": image.digest,
                "note": image.note,
            }
            for image in report.images
        },
        "changes": [_change(change) for change in report.changes],
        "would_remove": [_plain(thing) for thing in report.would_remove],
        "kept": [_plain(kept) for kept in report.kept],
        "left_behind": [_plain(thing) for thing in report.left_behind],
        "bytes_freed": report.bytes_freed,
        "error": _error(report.error),
        **report.extra,
    }


def _plain(value: Any) -> Any:
    return dict(vars(value)) if value is not None else None


def _fix(fix: Fix | None) -> dict[str, Any] | None:
    if fix is None:
        return None
    return {"text": fix.text, "commands": list(fix.commands), "destructive": fix.destructive}


def _result(result: ev.Result) -> dict[str, Any]:
    return {
        "id": result.id,
        "title": result.title,
        "status": result.status,
        "summary": result.summary,
        "seconds": round(result.seconds, 3),
        "evidence": list(result.evidence),
        "fix": _fix(result.fix),
        "fault": result.fault,
    }


def _change(change: ev.Change) -> dict[str, Any]:
    data: dict[str, Any] = {"action": change.action, "kind": change.kind, "name": change.name}
    if change.cause:
        data["cause"] = change.cause
    if change.size is not None:
        data["bytes"] = change.size
    return data


def _error(error: ev.Failed | None) -> dict[str, Any] | None:
    if error is None:
        return None
    return {
        "id": error.id,
        "what": error.what,
        "evidence": list(error.evidence),
        "fix": _fix(error.fix),
    }
