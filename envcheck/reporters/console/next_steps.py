"""What the reader may do next, below the verdict. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import ExitCode
from envcheck.reporters.calling import as_called, call, unbroken
from envcheck.reporters.console.lines import Span, flow, line, wrap

if TYPE_CHECKING:
    from envcheck.core.errors import Fix
    from envcheck.core.report import Report
    from envcheck.reporters.console.lines import Block
    from envcheck.reporters.console.page import Page


def later(report: Report, page: Page) -> Block:
    """What there is to do with an environment that is ready."""
    if report.exit_code is not ExitCode.OK or report.command not in ("up", "onboard"):
        return []
    verbs = ("down", "clean")
    calls = [call(page.program, verb, report.profile, report.instance) for verb in verbs]
    dot = f" {page.glyphs.dot}"
    parts = [line(each, dot) for each in (f"{page.program} status", *calls[:-1])]
    return flow(line("Later: ", style="grey"), [*parts, line(calls[-1])], page.width, " ")


def next_command(report: Report, page: Page) -> Block:
    """What to type next where services or their checks failed: what the first one needs."""
    command = _needed(report)
    if not command:
        return []
    again = call(page.program, report.command, report.profile, report.instance)
    first = as_called(command, page.program)
    parts = [(Span(first, "strong"), Span("," if first != again else ""))]
    if first != again:
        parts.append((Span("then ", "grey"), Span(again, "strong")))
    return flow(line("Next: ", style="grey"), parts, page.width, " ")


def _needed(report: Report) -> str:
    """The first command that loses nothing, of what failed first; to read its log, if none."""
    if report.command not in ("up", "onboard", "check", "run"):
        return ""
    fixes = [failure.fix for failure in report.failures]
    if not fixes:
        fixes = [result.fix for result in report.results if result.status in ("fail", "error")]
    for fix in filter(None, fixes[:1]):
        if fix.commands and not fix.destructive and not _about_what_is_gone(report, fix):
            return fix.commands[0]
    if report.taken_back:
        return ""
    return f"docker logs {report.failures[0].container}" if report.failures else ""


def _about_what_is_gone(report: Report, fix: Fix) -> bool:
    """Whether it looks at a container that was taken away again."""
    return bool(report.taken_back) and fix.commands[0].startswith("docker ")


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
