"""The narrator: hears each event and says which lines it is worth. Knows nothing of terminals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from typing_extensions import assert_never

from envcheck.core import events as ev
from envcheck.core.errors import ExitCode
from envcheck.reporters.console import blocks, changes, checks, images, services
from envcheck.reporters.console.lines import GAP, Line, clip, hang, line
from envcheck.reporters.console.rows import Row, TableRow
from envcheck.reporters.console.timeline import moment, timeline
from envcheck.reporters.console.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from envcheck.core.report import Report
    from envcheck.reporters.console.page import Page
    from envcheck.reporters.console.timeline import Moment


@dataclass(frozen=True)
class Close:
    """No row will change any more; what has not ended will not."""


Item = Line | Row | TableRow | Close
"""What is said: a line that stays, a row that may change, or that the rows are over."""

_Check = ev.CheckStarted | ev.Checked
_Image = ev.ImageProgress | ev.ImageReady
_Service = ev.ServiceProgress | ev.ServiceReady | ev.ServiceFailed | ev.ServiceSkipped
_Command = ev.CommandStarted | ev.CommandOutput
_Change = ev.Changed | ev.Kept | ev.LeftBehind | ev.Freed
_Turn = ev.Started | ev.Section | ev.Connect | ev.Failed

_OUTPUT = "output"
_BAD = ("fail", "error")


class Narrator:
    """Tells a run, event by event. ``page`` may be set anew when the terminal changes its width."""

    def __init__(self, page: Page, clock: Callable[[], float]) -> None:
        self.page = page
        self._clock = clock
        self._began = clock()
        self._run = ev.Started(command="")
        self._section = ""
        self._totals: dict[str, int] = {}
        self._open: set[str] = set()
        self._failed: list[ev.ServiceFailed] = []
        self._moments: list[Moment] = []
        self._told: set[str] = set()
        self._mended = False
        self._outputs = 0

    def hear(self, event: ev.Event) -> list[Item]:
        """What is to be said about an event."""
        if now := moment(event, self._clock() - self._began, self._run.instance):
            self._moments.append(now)
        return [*self._end_of_output(event), *self._say(event)]

    def end(self, report: Report) -> list[Item]:
        """What is to be said at the end."""
        return [*self._close(), *Verdict(report, self.page, mended=self._mended).block()]

    def _say(self, event: ev.Event) -> Sequence[Item]:
        match event:
            case ev.CheckStarted() | ev.Checked():
                return self._check(event)
            case ev.ImageProgress() | ev.ImageReady():
                return self._image(event)
            case (
                ev.ServiceProgress() | ev.ServiceReady() | ev.ServiceFailed() | ev.ServiceSkipped()
            ):
                return self._service(event)
            case ev.CommandStarted() | ev.CommandOutput():
                return self._command(event)
            case ev.Changed() | ev.Kept() | ev.LeftBehind() | ev.Freed():
                return self._change(event)
            case ev.Started() | ev.Section() | ev.Connect() | ev.Failed():
                return [*self._close(), *self._turn(event)]
            case ev.Note():
                return blocks.note(event.text, self.page)
            case ev.EngineFound():
                return []  # the check of the engine says it better
            case _:
                assert_never(event)

    def _check(self, event: _Check) -> Sequence[Item]:
        if isinstance(event, ev.CheckStarted):
            return [checks.under_way(event, self.page)]
        if event.result.status in _BAD:
            self._told.add(event.result.id)
        return [checks.verdict(event.result, self.page)]

    def _image(self, event: _Image) -> Sequence[Item]:
        if isinstance(event, ev.ImageReady):
            return [images.here(event, self.page, self._totals.get(event.image))]
        if event.total is not None:
            self._totals[event.image] = event.total
        return [images.on_its_way(event, self.page)]

    def _service(self, event: _Service) -> Sequence[Item]:
        self._open.discard(event.service)
        match event:
            case ev.ServiceProgress():
                self._open.add(event.service)
                return [services.on_its_way(event)]
            case ev.ServiceReady():
                row = services.ready(event)
            case ev.ServiceFailed():
                self._failed.append(event)
                row = services.failed(event)
            case ev.ServiceSkipped():
                row = services.skipped(event)
        return [row, *([] if self._open else self._troubles())]

    def _troubles(self) -> Sequence[Line]:
        """Why services failed, told when none is under way any more, below their table."""
        said: list[Line] = []
        for failure in self._failed:
            self._told.add(failure.id)
            said += [GAP, *services.trouble(failure, self.page)]
        if self._failed:
            said += [GAP, *timeline(self._moments, self.page)]
        self._failed.clear()
        return said

    def _command(self, event: _Command) -> Sequence[Item]:
        if isinstance(event, ev.CommandStarted):
            self._mended = True
            return blocks.command(event.command)
        self._outputs += 1
        text = clip(
            event.line, self.page.width - len("    ") - len("  100 s"), self.page.glyphs.cut
        )
        brief = hang(line("    "), event.line, self.page.width, "grey")
        row = line("    ", text, style="grey")
        return [Row(_OUTPUT, (row,), change=str(self._outputs), brief=tuple(brief))]

    def _end_of_output(self, event: ev.Event) -> Sequence[Item]:
        if not self._outputs or isinstance(event, ev.CommandOutput):
            return []
        self._outputs = 0
        return [Row(_OUTPUT, (), ended=True)]

    def _change(self, event: _Change) -> Sequence[Line]:
        match event:
            case ev.Changed():
                return self._changed(event.change)
            case ev.Kept():
                return changes.kept(event, self.page)
            case ev.LeftBehind():
                return changes.left_behind(event, self.page)
            case ev.Freed():
                return changes.freed(event, self.page)

    def _changed(self, change: ev.Change) -> Sequence[Line]:
        """Removals, where they are what the task is about; what is new, its own row tells."""
        if self._run.command in ("down", "clean"):
            return changes.removed(change, self.page) if change.action == "removed" else []
        if change.action in ("recreated", "removed"):
            service = change.name.removeprefix(f"{self._run.instance}-")
            return changes.remade(change, service, self.page)
        return []

    def _turn(self, event: _Turn) -> Sequence[Line]:
        match event:
            case ev.Started():
                self._run = event
                self._began = self._clock()
                return blocks.header(event, self.page)
            case ev.Section():
                self._section = event.title
                return blocks.section(event.title)
            case ev.Connect():
                title = [] if self._section == "Connect" else blocks.section("Connect")
                return [*title, *blocks.connect(event, self._run, self.page)]
            case ev.Failed():
                # What a check or a service has just told is not told twice.
                known = event.id in self._told and event.exit_code != ExitCode.INTERRUPTED
                return [] if known else blocks.stopped(event, self.page)

    def _close(self) -> Sequence[Item]:
        self._open.clear()
        return [Close(), *self._troubles()]


def on_width(narrator: Narrator, width: int) -> None:
    """From now on the narrator lays out for this width."""
    if narrator.page.width != width:
        narrator.page = replace(narrator.page, width=width)
