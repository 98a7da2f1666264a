"""The console: what a person sees. `console_reporter` chooses how, by what the stream can do.

`narrator` says which lines an event is worth, the modules named after subjects (`checks`, `images`,
`services`, …) lay them out, `plain` and `live` write them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from envcheck.reporters.console.page import Page, columns, fitted, medium
from envcheck.reporters.console.plain import PlainReporter, QuietReporter
from envcheck.reporters.outside import Outside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.reporters.protocol import Reporter

__all__ = ["console_reporter"]


def console_reporter(  # noqa: PLR0913 - each says how to tell, by its name
    stream: TextIO,
    *,
    environ: Mapping[str, str],
    quiet: bool = False,
    program: str = "./inv",
    timings: bool = False,
    plain: bool = False,
) -> Reporter:
    """The reporter for people.

    Args:
        stream: where to write: stdout, or stderr where stdout holds a JSON document.
        environ: NO_COLOR, FORCE_COLOR, TERM, COLUMNS and the locale are looked at.
        quiet: tell only what is wrong.
        program: how envcheck is called in the advice given.
        timings: tell at the end where the time went.
        plain: never change a line in place, even on a terminal.
    """
    able = medium(stream, environ)
    width = fitted(columns(stream, environ))
    live = able.live and not quiet and not plain
    page = Page(width, able.glyphs, program, bars=live, timings=timings)
    outside = Outside(able.encoding, runner=environ.get("GITHUB_ACTIONS") == "true")
    if live:
        return _live(stream, page, outside, colour=able.colour)
    lines = PlainReporter(stream, page, outside, colour=able.colour)
    return QuietReporter(lines) if quiet else lines


def _live(stream: TextIO, page: Page, outside: Outside, *, colour: bool) -> Reporter:
    # Rich is read only where it is needed: it takes longer to import than all of our own.
    from rich.console import Console

    from envcheck.reporters.console.live import LiveReporter

    console = Console(
        file=stream,
        force_terminal=True,
        force_interactive=True,
        color_system="standard" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    return LiveReporter(console, page, outside)
