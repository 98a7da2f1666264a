"""What the reader may do next, below the verdict. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import ExitCode
from envcheck.reporters.console.lines import flow, line, unbroken, wrap
from envcheck.reporters.console.page import call

if TYPE_CHECKING:
    from envcheck.core.report import Report
    from envcheck.reporters.console.lines import Block
    from envcheck.reporters.console.page import Page


def later(report: Report, page: Page) -> Block:
    """What there is to do with an environment that is ready."""
    if report.exit_code is not ExitCode.OK or report.command not in ("up", "onboard"):
        return []
    verbs = ("down", "clean")
    calls = [call(page, verb, report.profile, report.instance) for verb in verbs]
    dot = f" {page.glyphs.dot}"
    parts = [line(each, dot) for each in (f"{page.program} status", *calls[:-1])]
    return flow(line("Later: ", style="grey"), [*parts, line(calls[-1])], page.width, " ")


def mending(report: Report, page: Page) -> Block:
    """That doctor can do what it advises, where there is something that it can do."""
    if report.exit_code is ExitCode.OK or report.command not in ("doctor", "onboard"):
        return []
    fixes = [result.fix for result in report.results if result.status not in ("pass", "skip")]
    if not any(fix and fix.mendable for fix in fixes):
        return []
    command = unbroken(f"{page.program} doctor --fix")
    text = f"{command} runs these commands for you, after asking."
    return [line(row) for row in wrap(text, page.width)]
