"""The last lines: how the run ended, in one sentence, and what can be done next. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.reporters.console.lines import GAP, Span, line, wrap
from envcheck.reporters.console.next_steps import later, mending, next_command
from envcheck.reporters.sentence import Sentence

if TYPE_CHECKING:
    from envcheck.core.events import NothingLeft
    from envcheck.core.report import Report
    from envcheck.reporters.console.lines import Block
    from envcheck.reporters.console.page import Page


@dataclass(frozen=True)
class Verdict:
    """The end of a run.

    Attributes:
        mended: whether commands of fixes ran already.
        looked: what a second look after a teardown found.
    """

    report: Report
    page: Page
    mended: bool = False
    looked: tuple[NothingLeft, ...] = ()

    def block(self) -> Block:
        """The verdict, and what can be done next."""
        sentence, tone = Sentence(self.report, self.page.program, self.looked).words()
        if not sentence:
            return []
        first, *others = wrap(sentence, self.page.width)
        outcome, colon, rest = first.partition(":")
        start = (Span(outcome, tone), Span(colon + rest))
        return [GAP, start, *map(line, others), *self._next()]

    def _next(self) -> Block:
        hint = [] if self.mended else mending(self.report, self.page)
        next_ = next_command(self.report, self.page)
        return [*next_, *later(self.report, self.page), *hint]
