"""The narrator: hears each event and says which lines it is worth. Knows nothing of terminals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from typing_extensions import assert_never

from envcheck.core import events as ev
from envcheck.core.errors import ExitCode
from envcheck.reporters.console import blocks, checks, images
from envcheck.reporters.console.lines import Line, clip, hang, line
from envcheck.reporters.console.removals import ChangeEvent, Removals
from envcheck.reporters.console.rows import Row, TableRow
from envcheck.reporters.console.table import ServiceEvent, Table
from envcheck.reporters.console.timings import timings
from envcheck.reporters.console.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from envcheck.core.report import Report
    from envcheck.reporters.console.page import Page


@dataclass(frozen=True)
class Close:
    """No row will change any more; what has not ended will not."""


@dataclass(frozen=True)
class Pause:
    """The terminal is somebody else's until the next event: a question's, or a password's."""


Item = Line | Row | TableRow | Close | Pause
"""What is said: a line that stays, a row that may change, or something about the rows."""

_Check = ev.CheckStarted | ev.Checked
_Image = ev.ImageProgress | ev.ImageReady
_Command = ev.CommandStarted | ev.CommandOutput
_Turn = ev.Started | ev.Section | ev.Connect | ev.Failed

_OUTPUT = "output"


class Narrator:
    """Tells a run, event by event. ``page`` may be set anew when the terminal changes its width."""

    def __init__(self, page: Page, clock: Callable[[], float]) -> None:
        self.page = page
        self._clock = clock
        self._began = clock()
        self._run = ev.Started(command="")
        self._section = ""
        self._table = Table()
        self._removals = Removals()
        self._checking: ev.CheckStarted | None = None
        self._totals: dict[str, int] = {}
        self._told: set[str] = set()
        self._mended = False
        self._outputs = 0

    def hear(self, event: ev.Event) -> list[Item]:
        """What is to be said about an event."""
        self._table.record(event, self._clock() - self._began, self._run.instance)
        return [*self._end_of_output(event), *self._say(event)]

    def end(self, report: Report) -> list[Item]:
        """What is to be said at the end."""
        looked = tuple(self._removals.looked)
        verdict = Verdict(report, self.page, mended=self._mended, looked=looked)
        spent = timings(report.timeline, self.page) if self.page.timings else []
        return [*self._close(), *spent, *verdict.block()]

    def _say(self, event: ev.Event) -> Sequence[Item]:
        match event:
            case ev.CheckStarted() | ev.Checked():
                return self._check(event)
            case ev.ImageProgress() | ev.ImageReady():
                return self._image(event)
            case ev.CommandStarted() | ev.CommandOutput():
                return self._command(event)
            case ev.Started() | ev.Section() | ev.Connect() | ev.Failed():
                return [*self._close(), *self._turn(event)]
            case ev.Note():
                return blocks.note(event.text, self.page)
            case ev.Asking():
                return [Pause()]
            case ev.HandedOver():
                items = [*self._close(), Pause()]
                self._removals.over = True
                return items
            case ev.ProfileRead() | ev.EngineFound() | ev.StepStarted() | ev.StepEnded():
                return []  # what they are about is told by the checks and rows
            case ev.TakenBack():
                return []  # told by its removals, and by the last sentence
            case _:
                return self._of_the_instance(event)

    def _of_the_instance(self, event: ServiceEvent | ChangeEvent) -> Sequence[Item]:
        match event:
            case (
                ev.ServiceProgress()
                | ev.ServiceReady()
                | ev.ServiceDone()
                | ev.ServiceFailed()
                | ev.ServiceSkipped()
            ):
                return [self._table.hear(event)]
            case (
                ev.Changed()
                | ev.WouldRemove()
                | ev.Kept()
                | ev.LeftBehind()
                | ev.NothingLeft()
                | ev.Freed()
            ):
                return self._removals.hear(event, self._run, self.page)
            case _:
                assert_never(event)

    def _check(self, event: _Check) -> Sequence[Item]:
        if isinstance(event, ev.CheckStarted):
            self._checking = event
            return [checks.under_way(event, self.page)]
        self._checking = None
        if event.result.status in ("fail", "error"):
            self._told |= {event.result.fault or event.result.id, event.result.summary}
        if self._table_says(event.result):
            return []
        return [checks.verdict(event.result, self.page)]

    def _table_says(self, result: ev.Result) -> bool:
        """Whether the service's own row, or the block below the rows, has said it already."""
        if not result.id.startswith("service."):
            return False
        asked_for = self._section in ("Verdicts", "Data")
        told = result.id.endswith((".ready", ".done"))
        return (result.status == "pass" and not asked_for) or told

    def _image(self, event: _Image) -> Sequence[Item]:
        if self._checking is not None:  # the image is the check's business, and so is its row
            phase = event.phase if isinstance(event, ev.ImageProgress) else ""
            return [checks.working(self._checking, phase, self.page)]
        if isinstance(event, ev.ImageReady):
            return [images.here(event, self.page, self._totals.get(event.image))]
        if event.total is not None:
            self._totals[event.image] = event.total
        return [images.on_its_way(event, self.page)]

    def _command(self, event: _Command) -> Sequence[Item]:
        if isinstance(event, ev.CommandStarted):
            self._mended = True
            # Nothing moves until it prints something: it may ask for a password first.
            return [*blocks.command(event.command), Pause()]
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
                return [] if self._knows(event) else blocks.stopped(event, self.page)

    def _knows(self, event: ev.Failed) -> bool:
        """Whether a check or a service has just told it; the verdict sums that up."""
        told = self._told | self._table.told
        if event.exit_code == ExitCode.UNHEALTHY and told:
            return True
        return bool(told & {event.id, event.what})

    def _close(self) -> Sequence[Item]:
        self._checking = None
        gone = self._removals.close(self._run, self.page)
        return [Close(), *gone, *self._table.close(self.page)]
