"""The report as JSON-ready data.

The envelope is a contract (``envcheck.report/1``): fields are added, never renamed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from envcheck.core.phases import phase_of, who

if TYPE_CHECKING:
    from envcheck.core import events as ev
    from envcheck.core.errors import Fix
    from envcheck.core.lanes import Lane, Timeline
    from envcheck.core.report import Report

SCHEMA = "envcheck.report/1"


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
        "failures": [_failure(failure) for failure in report.failures],
        "timeline": _timeline(report.timeline),
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


def _failure(failure: ev.ServiceFailed) -> dict[str, Any]:
    """Why a service failed, with all that was captured of it before anything was torn down."""
    return {
        "service": failure.service,
        "id": failure.id,
        "container": failure.container,
        "summary": failure.summary,
        "seconds": round(failure.seconds, 3),
        "state": failure.state,
        "exit_code": failure.exit_code,
        "meaning": failure.meaning,
        "heard": failure.heard,
        "evidence": list(failure.evidence),
        "logs": list(failure.logs),
        "fix": _fix(failure.fix),
    }


def _timeline(timeline: Timeline) -> dict[str, Any]:
    """Who did what when, and the chain that determined the end; times in seconds of the run."""
    return {
        "seconds": round(timeline.seconds, 3),
        "lanes": [_lane(lane) for lane in timeline.lanes],
        "critical_path": [
            {
                "name": who(step),
                "phase": phase_of(step),
                "begin": round(step.begin, 3),
                "end": round(step.end, 3),
            }
            for step in timeline.path
        ],
    }


def _lane(lane: Lane) -> dict[str, Any]:
    return {
        "kind": lane.kind,
        "name": lane.name,
        "state": lane.state,
        "because": lane.because,
        "needs": list(lane.needs),
        "phases": [
            {
                "name": phase.name,
                "begin": round(phase.begin, 3),
                "end": round(phase.end, 3),
                "critical": phase.critical,
                "needs": list(phase.needs),
            }
            for phase in lane.phases
        ],
    }
