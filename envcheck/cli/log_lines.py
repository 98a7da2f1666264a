"""The lines of logs as they are shown: each behind its service's name, in its service's colour."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, TextIO

from envcheck.cli.verb import Answer
from envcheck.core.errors import ExitCode, Fix, UsageError
from envcheck.reporters.console.page import medium
from envcheck.reporters.outside import Outside

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from envcheck.app.logs import LogOptions
    from envcheck.cli.verb import Run
    from envcheck.core.log import LogLine

_COLOURS = ("36", "35", "34", "96", "95", "94")
"""Cyan, magenta, blue, and bright: green, yellow and red have a meaning elsewhere."""


def show_logs(run: Run, profile: str, service: str, options: LogOptions) -> Answer:
    """Write the lines to stdout as they come, or give them for the document.

    Raises:
        UsageError: they are wanted in a document that would never end.
        EnvcheckError: as `app.logs`.
    """
    from envcheck.app.logs import logs

    if run.json and options.follow:
        fix = Fix("leave one of them out")
        raise UsageError("--json is one document, which --follow never ends", fix=fix)
    found: list[LogLine] = []

    def begun(services: Sequence[str]) -> Callable[[LogLine], None]:
        if run.json:
            return lambda line: found.append(replace(line, text=run.bus.blanked(line.text)))
        return Shown(sys.stdout, os.environ, services, run.bus.blanked, at_once=options.follow).show

    try:
        logs(run.session, profile, service, options, begun)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read our output (`head`) has seen enough
        return Answer()
    except KeyboardInterrupt:
        if not options.follow:
            raise
        run.exit_with(int(ExitCode.INTERRUPTED))  # that is how it ends: no more is to be said
        return Answer()
    return Answer("", {"lines": [asdict(line) for line in found]} if run.json else {})


class Shown:
    """Shows lines on a stream.

    Args:
        stream: where to.
        environ: NO_COLOR and its like are looked at.
        services: all that may be heard of; of a single one the name is left out.
        blanked: makes a text of one that may hold secrets.
        at_once: whether somebody waits for each line.
    """

    def __init__(
        self,
        stream: TextIO,
        environ: Mapping[str, str],
        services: Sequence[str],
        blanked: Callable[[str], str],
        *,
        at_once: bool = False,
    ) -> None:
        able = medium(stream, environ)
        self._stream = stream
        self._blanked = blanked
        self._at_once = at_once
        self._outside = Outside(able.encoding, runner=environ.get("GITHUB_ACTIONS") == "true")
        self._heads = _heads(services, colour=able.colour) if len(services) > 1 else {}

    def show(self, line: LogLine) -> None:
        """Write a line."""
        text = self._outside.text(self._blanked(line.text))
        self._stream.write(f"{self._heads.get(line.service, '')}{text}\n")
        if self._at_once:
            self._stream.flush()


def _heads(services: Sequence[str], *, colour: bool) -> dict[str, str]:
    wide = max(map(len, services))
    heads = {name: f"{name:<{wide}} | " for name in services}
    if not colour:
        return heads
    codes = (_COLOURS[at % len(_COLOURS)] for at in range(len(services)))
    return {
        name: f"\x1b[{code}m{head.rstrip()}\x1b[0m "
        for (name, head), code in zip(heads.items(), codes, strict=True)
    }
