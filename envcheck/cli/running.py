"""Running a command of the user's: which one it is, and what is told of its end."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

from envcheck.cli.after_dashes import after_dashes
from envcheck.cli.verb import Answer
from envcheck.core.errors import ExitCode, Fix, UsageError
from envcheck.core.secrets import blank_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envcheck.app.run import Ended
    from envcheck.app.up import UpOptions
    from envcheck.app.visits import After
    from envcheck.cli.verb import Run


_READER_GONE = 128 + signal.SIGPIPE
"""What a shell exits with where the reader of its command's output is gone."""


def run_command(run: Run, profile: str, options: UpOptions, after: After) -> Answer:
    """Run the command on our command line; what it ends with is what we end with.

    Raises:
        UsageError: there is none, or it cannot be run.
        EnvcheckError: what it needs cannot be brought up, or not be taken down.
    """
    from envcheck.app import run as do
    from envcheck.host.child import NotRunnable

    refuse_json(run, "run", "; --report FILE.json writes the same to a file")
    words = _given(profile)
    told: list[Ended] = []

    def ended(how: Ended) -> None:
        told.append(how)
        run.exit_with(how.code)

    try:
        if run.ci:
            do.mend_machine(run.session, profile, options, run.results)
        do.run(run.session, profile, words, options, after=after, ended=ended)
    except NotRunnable as error:
        run.exit_with(error.code)
        raise
    return Answer("", {"ran": _data(run, words, told[0])})


def run_inside(run: Run, profile: str, service: str) -> Answer:
    """Run the command on our command line in a service's container, or talk to the service.

    Raises:
        UsageError: there is no such service, or it does not run.
        EnvcheckError: the engine cannot do it.
    """
    from envcheck.app.shell import shell
    from envcheck.host.child import NotRunnable

    refuse_json(run, "shell")
    words = after_dashes(sys.argv[1:])
    try:
        code = shell(run.session, profile, service, words)
    except NotRunnable as error:
        run.exit_with(error.code)
        raise
    except KeyboardInterrupt:  # nothing was begun that could be finished
        code = int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        code = _READER_GONE
    run.exit_with(int(ExitCode.FAILED) if code is None else code)
    return Answer()


def refuse_json(run: Run, task: str, instead: str = "") -> None:
    """See that stdout is not asked for twice.

    Raises:
        UsageError: it is.
    """
    if run.json:
        what = f"--json: the stdout of `{task}` is for what its command writes"
        raise UsageError(what, id="usage.json", fix=Fix(f"leave --json out{instead}"))


def _given(profile: str) -> tuple[str, ...]:
    words = after_dashes(sys.argv[1:])
    if not words:
        example = f"envcheck run {profile or 'webapp'} -- env"
        fix = Fix("give it behind two dashes, words as you would type them", (example,))
        raise UsageError("`run` was given no command to run", id="usage.command", fix=fix)
    return words


def _data(run: Run, words: Sequence[str], how: Ended) -> dict[str, object]:
    command = [run.bus.blanked(word) for word in blank_words(words)]
    return {"command": command, "exit_code": how.code, "seconds": round(how.seconds, 3)}
