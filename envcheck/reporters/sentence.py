"""How a run ended, in one sentence, for every reader alike. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from envcheck.core import figures
from envcheck.core.errors import ExitCode
from envcheck.reporters.calling import call, unbroken

if TYPE_CHECKING:
    from envcheck.core.events import NothingLeft
    from envcheck.core.report import Report

Tone = Literal["good", "look", "stop"]

_BRINGS_UP = ("up", "onboard", "run", "reset")
_TAKES_DOWN = ("down", "clean")
_WITH_WORDS = ("bundle", "snapshot")


@dataclass(frozen=True)
class Sentence:
    """Words the end of a run.

    Attributes:
        program: how envcheck is called in the advice given.
        looked: what a second look after a teardown found.
    """

    report: Report
    program: str
    looked: tuple[NothingLeft, ...] = ()

    def words(self) -> tuple[str, Tone]:
        """The sentence, empty where an error has said all, and whether it is good."""
        report = self.report
        if report.error is not None:
            code = report.error.exit_code
            return self._stopped(code), "look" if code == ExitCode.INTERRUPTED else "stop"
        if report.left_behind:
            return self._left(), "stop"
        if report.exit_code is not ExitCode.OK:
            return self._unhealthy(), "stop"
        return self._good(), "look" if self._ran else "good"

    def _left(self) -> str:
        number = len(self.report.left_behind)
        verb = "is" if number == 1 else "are"
        things = f"{_count(number, 'thing')} of {self._name} {verb} still there"
        return f"Not clean: {things}; {self._again}."

    def _stopped(self, code: int) -> str:
        report = self.report
        if code == ExitCode.INTERRUPTED:
            return self._interrupted()
        if code in (ExitCode.INVALID, ExitCode.BUG) or not report.command:
            return ""
        if code == ExitCode.UNHEALTHY:
            return self._unhealthy()
        if code == ExitCode.UNUSABLE:
            return self._unusable()
        if report.taken_back:
            return f"Not ready: {self._again}; {_GONE}"
        if report.command in _BRINGS_UP:
            return f"Not ready: {self._again}; what is done already is not done twice."
        return f"Not finished: {self._again}."

    def _interrupted(self) -> str:
        verb = self.report.command
        after = f" after {figures.seconds(self.report.seconds)}" if self.report.seconds else ""
        if self.report.taken_back:
            return f"Interrupted{after}: {_GONE}"
        if verb in _BRINGS_UP:
            return (
                f"Interrupted{after}: what was made is kept; {self._call(verb)} goes on with it, "
                f"{self._call('down')} removes it."
            )
        if verb in _TAKES_DOWN:
            return f"Interrupted{after}: {self._call(verb)} finishes it."
        return f"Interrupted{after}."

    def _unusable(self) -> str:
        if any(result.status in ("fail", "error") for result in self.report.results):
            return self._problems()
        doctor = unbroken(f"{self.program} doctor")
        return f"Docker cannot be used: {self._again}; {doctor} tells more."

    def _unhealthy(self) -> str:
        services = self.report.services.values()
        failed = sum(service.state == "failed" for service in services)
        skipped = sum(service.state == "skipped" for service in services)
        if failed:
            also = f", {skipped} skipped" if skipped else ""
            total = _count(len(self.report.services), "service")
            if self.report.command == "check":  # it has made nothing that could be kept
                return f"Not healthy: {failed} of {total} failed{also}."
            removes = unbroken("removes it.")
            kept = f"Kept for you to look at; {self._call('down')} {removes}"
            if self.report.taken_back:
                kept = _GONE.capitalize()
            return f"Not ready: {failed} of {total} failed{also}. {kept}"
        if services or self.report.command == "check":
            checks = _count(len(self.report.results), "check")
            return f"Not healthy: {self._tally('fail', 'error')} of {checks} failed."
        return self._problems()

    def _problems(self) -> str:
        count = self._tally("fail", "error") or self._tally("warn")
        if self.report.command == "lock":
            images = _count(len(self.report.results), "image")
            return f"The lockfile does not hold: {count} of {images}."
        if count == 1:
            return f"1 problem stops this machine: {self._again}."
        return f"{count} problems stop this machine: {self._again.replace(' it ', ' them ')}."

    def _good(self) -> str:
        match self.report.command:
            case "doctor":
                return f"This machine is ready: {self._checks()}."
            case "check":
                return f"All is well{self._time}: {self._found()}."
            case "up" if not self._changed:
                return f"Nothing changed: {self._found()}{self._time}."
            case "snapshot restore" if not self.report.services:
                return ""
            case "up" | "onboard" | "reset" | "snapshot restore":
                return f"Ready{self._time}: {self._found()}."
            case "down":
                return self._down()
            case "clean":
                return self._clean()
            case "run":
                return self._again_down()
            case _:
                return ""

    def _down(self) -> str:
        if not self.report.changes:
            return f"{self._name} was not running: nothing changed."
        volumes = sum(kept.kind == "volume" for kept in self.report.kept)
        where = f" in {_count(volumes, 'volume')}" if volumes else ""
        back = f"{self._call('up')} brings it back"
        return f"{self._name} is down: its data is kept{where}; {back}."

    def _clean(self) -> str:
        if self.report.would_remove:
            return "Nothing was changed."
        kinds = Counter(c.kind for c in self.report.changes if c.action == "removed")
        if self.looked:
            return " ".join(self._looked(each) for each in self.looked)
        if not kinds:
            return "Nothing was there to remove."
        gone = ", ".join(_count(number, kind) for kind, number in kinds.items())
        return f"Removed{self._time}: {gone}."

    def _again_down(self) -> str:
        """What the end of a `run` has taken down; nothing where all stays up."""
        how = f"The command exited with {self._ran}. " if self._ran else ""
        if self.looked:
            return how + self._clean()
        gone = Counter(c.kind for c in self.report.changes if c.action == "removed")
        down = gone["network"]  # it goes with the last container
        return f"{how}{self._name} is down again: its data is kept." if down else ""

    @property
    def _ran(self) -> int:
        """What the command of a `run` exited with."""
        return int(self.report.extra.get("ran", {}).get("exit_code", 0))

    def _looked(self, event: NothingLeft) -> str:
        stays = event.except_for or ("what is kept on purpose" if self.report.kept else "")
        but = f", except {stays}" if stays else ""
        return f"Looked again: nothing of {event.instance} is left{but}."

    @property
    def _again(self) -> str:
        if self.report.command.startswith(_WITH_WORDS):  # what it was about is not known here
            return "fix it and run it again"
        again = f"run {self._call(self.report.command)} again"
        return again if self.report.command in _TAKES_DOWN else f"fix it and {again}"

    @property
    def _name(self) -> str:
        return self.report.instance or self.report.profile

    @property
    def _time(self) -> str:
        return f" in {figures.seconds(self.report.seconds)}" if self.report.seconds else ""

    @property
    def _changed(self) -> bool:
        return bool(self.report.changes) or any(image.fresh for image in self.report.images)

    def _found(self) -> str:
        ready = sum(service.state == "ready" for service in self.report.services.values())
        services = f"{_count(ready, 'service')} verified" if ready else ""
        done = sum(service.state == "done" for service in self.report.services.values())
        jobs = f"{_count(done, 'job')} done" if done else ""
        checks = self._checks() if self.report.results else ""
        return ", ".join(filter(None, (checks, services, jobs))) or "nothing to look at"

    def _checks(self) -> str:
        warned = self._tally("warn")
        also = f", {warned} to look at" if warned else ""
        return f"{_count(self._tally('pass'), 'check')} passed{also}"

    def _tally(self, *statuses: str) -> int:
        return sum(result.status in statuses for result in self.report.results)

    def _call(self, verb: str) -> str:
        return unbroken(call(self.program, verb, self.report.profile, self.report.instance))


_GONE = "what this run had made is taken away again."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
