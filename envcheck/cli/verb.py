"""From a verb to a task: its flags, its listeners, its errors, its report, its exit code."""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any

from invoke.exceptions import Exit

from envcheck.cli.ci import for_ci, make_folder
from envcheck.cli.flags import (
    COMMON_HELP,
    NOTHING_MORE,
    TELLING_HELP,
    Common,
    Telling,
    bare_words,
    signature,
    taken,
)
from envcheck.cli.interrupts import interruptible
from envcheck.cli.listeners import listeners, program_name, refuse_unknown_progress, report_files
from envcheck.cli.positional import NO_LETTERS, task_of
from envcheck.cli.streams import say
from envcheck.core.errors import ExitCode, UsageError
from envcheck.core.failures import failure
from envcheck.core.report import fold
from envcheck.reporters.bus import Bus
from envcheck.reporters.calling import as_called
from envcheck.reporters.outside import Outside

if TYPE_CHECKING:
    from envcheck.app.session import Session
    from envcheck.core.events import Result
    from envcheck.core.report import Report
    from envcheck.reporters.protocol import Reporter


@dataclass(frozen=True)
class Answer:
    """What a verb has to say besides its events: a text for stdout, and what JSON gets of it."""

    text: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """What a task's body works with: the session, and the verdicts so far.

    Attributes:
        json: whether stdout is for one document.
        ci: whether a CI system is told besides.
    """

    session: Session
    bus: Bus
    json: bool = False
    ci: bool = False
    said: list[str] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Have a text written to stdout at the end, even if what follows fails."""
        self.said.append(text)

    def exit_with(self, code: int) -> None:
        """Have the program exit with the code of what it ran for the user, if that is not 0."""
        self.codes.append(code)

    def report(self) -> Report:
        """The report so far."""
        return fold(self.bus.events)

    def results(self) -> tuple[Result, ...]:
        """The verdicts so far."""
        return self.report().results


Body = Callable[..., Answer | None]
Work = Callable[[Run], Answer | None]


def verb(
    *,
    answers: bool | str = False,
    lends: bool = False,
    telling: bool = False,
    letters: Mapping[str, str] = NO_LETTERS,
    optional: Sequence[str] = (),
    **help_texts: str,
) -> Callable[[Body], Any]:
    """Make a task of a function that takes a Run, bare words and flags of its own.

    Args:
        answers: whether the task's purpose is a text on stdout, so that all else is on stderr; or
            the first bare word with which it is.
        lends: whether the standard streams are those of a command, so that all else is on stderr.
        telling: whether it has the flags --report and --timings.
        letters: the short forms of its own flags.
        optional: those of its own flags that may stand without a value.
        help_texts: the help of its own flags and bare words.
    """
    texts = {**COMMON_HELP, **(TELLING_HELP if telling else {}), **help_texts}

    def make(body: Body) -> Any:
        words = bare_words(body)

        @wraps(body)
        def task(_context: object, *given: str, **flags: Any) -> None:
            by_name = (flags.pop(name) for name in words[len(given) :] if name in flags)
            said = [*given, *by_name]
            common = Common(**taken(flags, Common))
            told = Telling(**taken(flags, Telling)) if telling else Telling()
            answer = answers in said[:1] if isinstance(answers, str) else answers

            def work(this: Run) -> Answer | None:
                this.session.command = body.__name__
                return body(this, *said, **flags)

            code = run(work, common, told, answers=answer, lends=lends)
            if code != ExitCode.OK:
                raise Exit(code=code)

        visible = signature(body, telling=telling)
        task.__signature__ = visible  # type: ignore[attr-defined] # Invoke reads it
        known = {name: text for name, text in texts.items() if name in visible.parameters}
        iterable = ["report"] if telling else []
        return task_of(task, words, letters, help=known, iterable=iterable, optional=optional)

    return make


def run(
    work: Work,
    common: Common,
    telling: Telling = NOTHING_MORE,
    *,
    answers: bool,
    lends: bool = False,
) -> int:
    """Run a verb to its end and tell of it.

    Returns:
        The exit code of what it ran for the user where there is one, and that of its report else.
    """
    from envcheck.app.remains import at_once
    from envcheck.app.session import Session

    if telling.ci:
        common, telling = for_ci(common, telling)
    files, work = _with_files(telling, work)
    bus = Bus(*listeners(common, telling, answers=answers, lends=lends), *files)
    session = Session(
        emit=bus.emit,
        ask=_ask(common),
        yes=common.yes,
        terminal=_terminal(),
        instance=common.instance,
    )
    with interruptible(lambda: [as_called(line, program_name()) for line in at_once(session)]):
        this = Run(session, bus, json=common.json, ci=telling.ci)
        answer, trace = _attempt(work, this)
        with _undisturbed(), closing(session):
            report = bus.report(answer.extra)
            bus.finish(report)
    if trace and common.debug:
        say(Outside(runner=True).text(bus.blanked(trace)), sys.stderr)
    if answer.text and not common.json:
        return _answered(answer.text, report.exit_code)
    return max(this.codes, default=0) or report.exit_code


def _answered(text: str, code: ExitCode) -> ExitCode:
    """Write a task's answer; without it the task has failed, however well all else went."""
    try:
        say(text, sys.stdout)
    except OSError as error:
        say(f"envcheck: stdout could not be written: {error.strerror}", sys.stderr)
        return code or ExitCode.FAILED
    return code


def _with_files(telling: Telling, work: Work) -> tuple[list[Reporter], Work]:
    """Who writes the reports that are asked for; where one cannot be, nothing else is done."""
    try:
        refuse_unknown_progress(telling.progress)
        if telling.ci:
            make_folder()
        return report_files(telling.report), work
    except UsageError as error:
        refused = error

    def refuse(_run: Run) -> None:
        raise refused

    return [], refuse


def _attempt(work: Work, this: Run) -> tuple[Answer, str]:
    try:
        return work(this) or Answer("\n".join(this.said)), ""
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - each is told as what it is
        this.bus.emit(failure(error))
        return Answer("\n".join(this.said)), "".join(traceback.format_exception(error))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Reports are written to their end: a second Ctrl-C must not cost what the first one cost."""
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {each: signal.signal(each, signal.SIG_IGN) for each in signals}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler or signal.SIG_DFL)


def _terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _ask(common: Common) -> Callable[..., bool] | None:
    if common.yes or not _terminal():
        return None
    from envcheck.cli.terminal import ask

    return ask
