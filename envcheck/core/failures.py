"""Whatever went wrong, as an event."""

from __future__ import annotations

from envcheck.core.errors import EnvcheckError, ExitCode, Fix, ProfileInvalid
from envcheck.core.events import Failed


def failure(error: BaseException) -> Failed:
    """An error of ours as it is, an interrupt as one, and anything else as a bug in envcheck."""
    if isinstance(error, EnvcheckError):
        problems = error.problems if isinstance(error, ProfileInvalid) else ()
        code = int(error.exit_code)
        return Failed(error.id, error.what, code, error.evidence, error.fix, problems)
    if isinstance(error, KeyboardInterrupt):
        text = "what was begun can be finished by `up`, or taken away by `down` or `clean`"
        return Failed("interrupted", "interrupted", int(ExitCode.INTERRUPTED), fix=Fix(text))
    what = f"a bug in envcheck: {type(error).__name__}: {error}"
    fix = Fix("run it again with --debug, and report what it prints")
    return Failed("bug", what, int(ExitCode.BUG), fix=fix)
