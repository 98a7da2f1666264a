"""From a verb to a task: its flags, its listeners, its errors, its report, its exit code."""

from __future__ import annotations

import inspect
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from invoke.exceptions import Exit

from envcheck.cli.positional import task_of
from envcheck.core.errors import EnvcheckError, ExitCode, Fix
from envcheck.core.events import Failed
from envcheck.core.report import fold
from envcheck.reporters.bus import Bus

if TYPE_CHECKING:
    from envcheck.app.session import Session
    from envcheck.core.events import Result
    from envcheck.core.report import Report
    from envcheck.reporters.protocol import Reporter

_COMMON_HELP = {
    "profile": "a name in profiles/, or a path; left out, the only profile there is",
    "json": "one JSON document on stdout, all else on stderr",
    "yes": "agree to what would be asked",
    "instance": "the name of the running copy; the profile's own name unless given",
    "quiet": "say nothing but what went wrong",
    "debug": "show the traceback of an error",
}


@dataclass(frozen=True)
class Common:
    """The flags that every task takes."""

    json: bool = False
    yes: bool = False
    instance: str = ""
    quiet: bool = False
    debug: bool = False


@dataclass(frozen=True)
class Answer:
    """What a verb has to say besides its events: a text for stdout, and what JSON gets of it."""

    text: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """What a task's body works with: the session, and the verdicts so far."""

    session: Session
    bus: Bus
    said: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Have a text written to stdout at the end, even if what follows fails."""
        self.said.append(text)

    def report(self) -> Report:
        """The report so far."""
        return fold(self.bus.events)

    def results(self) -> tuple[Result, ...]:
        """The verdicts so far."""
        return self.report().results


Body = Callable[..., Answer | None]


def verb(*, answers: bool = False, **help_texts: str) -> Callable[[Body], Any]:
    """Make a task of a function that takes a Run, the profile's name and flags of its own.

    Args:
        answers: whether the task's purpose is a text on stdout, so that all else is on stderr.
        help_texts: the help of its own flags.
    """

    def make(body: Body) -> Any:
        @wraps(body)
        def task(_context: object, profile: str = "", **flags: Any) -> None:
            common = Common(**{name: flags.pop(name) for name in vars(Common())})
            code = run(lambda r: body(r, profile, **flags), common, answers=answers)
            if code != ExitCode.OK:
                raise Exit(code=int(code))

        task.__signature__ = _signature(body)  # type: ignore[attr-defined] # Invoke reads it
        return task_of(task, help={**_COMMON_HELP, **help_texts})

    return make


def _signature(body: Body) -> inspect.Signature:
    def flag(name: str, default: object) -> inspect.Parameter:
        return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default)

    own = list(inspect.signature(body).parameters.values())[2:]
    return inspect.Signature(
        [
            inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD),
            inspect.Parameter("profile", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None),
            *(flag(parameter.name, parameter.default) for parameter in own),
            *(flag(name, default) for name, default in vars(Common()).items()),
        ]
    )


def run(body: Callable[[Run], Answer | None], common: Common, *, answers: bool) -> ExitCode:
    """Run a verb to its end and tell of it.

    Returns:
        The exit code of its report.
    """
    begun = time.monotonic()
    bus = Bus(*_reporters(common, answers=answers))
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both mean: stop what you do
    answer, trace = _attempt(body, bus, common)
    report = replace(fold(bus.events), seconds=time.monotonic() - begun, extra=answer.extra)
    bus.finish(report)
    if answer.text and not common.json:
        _print(answer.text, sys.stdout)
    if trace and common.debug:
        _print(trace, sys.stderr)
    return report.exit_code


def _attempt(body: Callable[[Run], Answer | None], bus: Bus, common: Common) -> tuple[Answer, str]:
    from envcheck.app.session import Session

    session = Session(emit=bus.emit, ask=_ask(common), yes=common.yes, instance=common.instance)
    this = Run(session, bus)
    try:
        return body(this) or Answer("\n".join(this.said)), ""
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - each is told as what it is
        bus.emit(_failure(error))
        return Answer("\n".join(this.said)), "".join(traceback.format_exception(error))
    finally:
        session.close()


def _failure(error: BaseException) -> Failed:
    """Whatever went wrong, as an event."""
    if isinstance(error, EnvcheckError):
        return Failed(error.id, error.what, int(error.exit_code), error.evidence, error.fix)
    if isinstance(error, KeyboardInterrupt):
        text = "what was begun can be finished by `up`, or taken away by `down` or `clean`"
        return Failed("interrupted", "interrupted", int(ExitCode.INTERRUPTED), fix=Fix(text))
    what = f"a bug in envcheck: {type(error).__name__}: {error}"
    fix = Fix("run it again with --debug, and report what it prints")
    return Failed("bug", what, int(ExitCode.BUG), fix=fix)


def _reporters(common: Common, *, answers: bool) -> list[Reporter]:
    reporters: list[Reporter] = []
    if common.json:
        from envcheck.reporters.json_document import JsonReporter

        reporters.append(JsonReporter(sys.stdout))
    from envcheck.reporters.console import console_reporter

    stream = sys.stderr if common.json or answers else sys.stdout
    quiet = common.quiet or answers
    reporters.append(
        console_reporter(stream, environ=os.environ, quiet=quiet, program=program_name())
    )
    return reporters


def program_name() -> str:
    """How envcheck was called, for the commands in its advice."""
    called = Path(sys.argv[0]).name
    return "./inv" if called == "__main__.py" else called


def _ask(common: Common) -> Callable[..., bool] | None:
    if common.yes or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    from envcheck.cli.terminal import ask

    return ask


def _print(text: str, stream: TextIO) -> None:
    stream.write(f"{text}\n")
    stream.flush()
