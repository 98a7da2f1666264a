"""The lines of what is told in one go: header, sections, notes, how to connect, a stop. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import ExitCode
from envcheck.reporters.calling import as_called, call
from envcheck.reporters.console.details import UNDER_BLOCK, Details
from envcheck.reporters.console.lines import GAP, Span, at_right, cells, hang, line, pad

if TYPE_CHECKING:
    from envcheck.core.events import Connect, Failed, Started
    from envcheck.reporters.console.lines import Block, Line
    from envcheck.reporters.console.page import Page


def header(event: Started, page: Page) -> Block:
    """Which profile this is about."""
    if not event.profile:
        return []
    name = event.profile
    if event.instance not in ("", event.profile):
        name = f"{name} as {event.instance}"
    head = (Span(name, "strong"), Span("   "))
    return [*hang(head, event.description, page.width), GAP]


def section(title: str) -> Block:
    """The title of what follows."""
    return [GAP, line(title, style="strong")]


def note(text: str, page: Page) -> Block:
    """A sentence for the reader."""
    rows = as_called(text, page.program).splitlines()
    return [each for row in rows for each in hang(line("  "), row, page.width)]


def command(text: str) -> Block:
    """A command that runs now; its lines are never cut, so that they can be repeated."""
    return [line("  $ ", row, style="strong") for row in text.splitlines()]


def connect(event: Connect, run: Started, page: Page) -> Block:
    """How to reach the services. Secrets stay blanked: only ``shown`` is looked at."""
    names = [*event.shown]
    width = max((cells(name) for name in names), default=0) + 3
    block: Block = [line("  ", pad(name, width), event.shown[name]) for name in names]
    if names:
        shell = f'eval "$({call(page.program, "env", run.profile, run.instance)})"'
        block.append((Span("  in your shell: ", "grey"), Span(shell, "strong")))
    return block


def stopped(event: Failed, page: Page) -> Block:
    """The task stops here: what happened, the evidence, and the next step."""
    if event.exit_code == ExitCode.INTERRUPTED:
        return [GAP, *Details(page, UNDER_BLOCK).of(event.evidence, None)]
    head: Line = (Span(page.glyphs.stop, "stop"), Span(" "))
    block = at_right(hang(head, event.what, page.width, "stop"), event.id, page.width)
    return [GAP, *block, *Details(page, UNDER_BLOCK).of(event.evidence, event.fix), GAP]
