"""The report: all events of a run folded into one value."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from envcheck.core import events as ev
from envcheck.core.errors import ExitCode
from envcheck.core.lanes import Timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class ServiceReport:
    """How one service ended up; ``state`` is ready, failed, skipped, or the engine's word.

    ``because`` is the service, or the reason, for which it was skipped.
    """

    state: str
    image: str = ""
    digest: str = ""
    source: str = ""
    container: str = ""
    endpoint: str = ""
    version: str = ""
    ready_seconds: float | None = None
    because: str = ""


@dataclass(frozen=True)
class Report:
    """All that a run found and did.

    Attributes:
        failures: the services that failed and did not become ready later, in that order.
        taken_back: how a run that failed took away what it had made: down, clean, or nothing.
        source: the profile as it was read, with the places of its services.
        extra: what one command adds to the envelope.
    """

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
    taken_back: str = ""
    failures: tuple[ev.ServiceFailed, ...] = ()
    timeline: Timeline = field(default_factory=Timeline)
    source: ev.ProfileRead | None = None
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
        case ev.ServiceReady() | ev.ServiceDone() | ev.ServiceFailed() | ev.ServiceSkipped():
            services = {**report.services, event.service: _service(event)}
            return replace(report, services=services, failures=_failures(report, event))
        case ev.ProfileRead():
            return replace(report, source=replace(event, secrets=frozenset()))
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
        case ev.TakenBack():
            return replace(report, taken_back=event.how)
        case ev.Failed():
            return replace(report, error=event)
        case _:  # progress and notes are for those who watch, not for the record
            return report


def _service(
    event: ev.ServiceReady | ev.ServiceDone | ev.ServiceFailed | ev.ServiceSkipped,
) -> ServiceReport:
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
        case ev.ServiceDone():
            return ServiceReport(
                state="done",
                image=event.image,
                digest=event.digest,
                source=event.source,
                container=event.container,
                ready_seconds=round(event.seconds, 3) if event.fresh else None,
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
            return ServiceReport(state="skipped", because=event.because)


def _failures(report: Report, event: ev.Event) -> tuple[ev.ServiceFailed, ...]:
    """The failures, where a service is what was last said of it."""
    name = getattr(event, "service", "")
    others = tuple(failure for failure in report.failures if failure.service != name)
    return (*others, event) if isinstance(event, ev.ServiceFailed) else others
