"""Live output: what goes on stands in a region at the bottom whose lines change in place.

The region exists only while something goes on: a question can be asked, and a program can take the
terminal over, whenever nothing does.
"""

from __future__ import annotations

import atexit
import time
from contextlib import suppress
from dataclasses import replace
from threading import Event as Flag
from threading import RLock, Thread
from typing import TYPE_CHECKING

from rich.live import Live
from rich.text import Text

from envcheck.reporters.console.board import Board
from envcheck.reporters.console.lines import GAP, trimmed
from envcheck.reporters.console.narrator import Close, Narrator, Pause
from envcheck.reporters.console.page import fitted
from envcheck.reporters.console.rows import Row, TableRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from envcheck.core.events import Event
    from envcheck.core.report import Report
    from envcheck.reporters.console.lines import Block, Style
    from envcheck.reporters.console.narrator import Item
    from envcheck.reporters.console.page import Page
    from envcheck.reporters.outside import Outside

_TICK = 0.1
_STYLES: dict[Style, str] = {
    "plain": "",
    "good": "green",
    "look": "yellow",
    "stop": "red",
    "grey": "dim",
    "strong": "bold",
}


class LiveReporter:
    """Writes lines that stay above a region that changes.

    Rows that only changed are drawn by the ticker, ten times a second at most: a pull reports
    hundreds of times, and what is over within a tick need not flash.
    """

    def __init__(
        self,
        console: Console,
        page: Page,
        outside: Outside,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console
        self._outside = outside
        self._narrator = Narrator(page, clock)
        self._board = Board(clock)
        self._live = self._region()
        self._lock = RLock()
        self._over: Flag | None = None
        self._paused = False
        self._gap = False
        self._begun = False
        # Whatever happens, the terminal gets its cursor back.
        atexit.register(self._let_go)

    def handle(self, event: Event) -> None:
        """Show an event."""
        with self._lock:
            width = fitted(self._console.width)
            self._narrator.page = replace(self._narrator.page, width=width)
            self._take(self._narrator.hear(self._outside.event(event)))

    def finish(self, report: Report) -> None:
        """Show how it ended."""
        with self._lock:
            self._take(self._narrator.end(self._outside.report(report)))
            atexit.unregister(self._let_go)

    def draw(self) -> None:
        """Show the region as it is now."""
        with self._lock:
            self._draw([])

    def _take(self, items: Sequence[Item]) -> None:
        block = self._settled(items)
        if block or not self._moving:
            self._draw(block)
        if self._moving and self._over is None:
            self._start_ticking()

    @property
    def _moving(self) -> bool:
        return bool(self._board) and not self._paused

    def _settled(self, items: Sequence[Item]) -> Block:
        """Put rows on the board, and take out the lines that stay."""
        page, block = self._narrator.page, []
        self._paused = False
        for item in items:
            match item:
                case Row() | TableRow():
                    self._board.put(item)
                case Pause():
                    self._paused = True
                case Close():
                    block += self._board.close(page)
                case _:
                    block += [*self._board.settle(page), item]
        return [*block, *self._board.settle(page)]

    def _draw(self, block: Block) -> None:
        # One write for all of it: no state in between is ever seen.
        with self._console:
            if not self._moving:
                self._live_stop()
            self._print(block)
            if self._moving:
                self._live.start()
                self._live.update(self._now(), refresh=True)

    def _print(self, block: Block) -> None:
        lines: Block = []
        for line in block:
            if trimmed(line) == GAP:
                self._gap = self._begun
                continue
            lines += [GAP, line] if self._gap else [line]
            self._gap, self._begun = False, True
        if lines:
            self._console.print(_text(lines), soft_wrap=True)

    def _now(self) -> Text:
        room = max(self._console.height - 2, 1)
        return _text(self._board.now(self._narrator.page)[-room:])

    def _let_go(self) -> None:
        with self._lock, suppress(OSError, ValueError):  # the terminal may be gone already
            self._live_stop()

    def _live_stop(self) -> None:
        if self._over is not None:
            self._over.set()
            self._over = None
        if self._live.is_started:
            self._live.stop()
            self._live = self._region()

    def _region(self) -> Live:
        return Live(
            console=self._console,
            auto_refresh=False,  # its thread would draw beside our lock
            transient=True,
            redirect_stdout=False,  # stdout may be the JSON document's
            redirect_stderr=False,
        )

    def _start_ticking(self) -> None:
        """Draw the region again and again. This thread draws and does nothing else."""
        self._over = Flag()
        Thread(target=self._tick, args=(self._over,), name="envcheck-draw", daemon=True).start()

    def _tick(self, over: Flag) -> None:
        while not over.wait(_TICK):
            with self._lock:
                if over.is_set():
                    return
                try:
                    self._draw([])
                except OSError:  # the terminal is gone; the next event will say so to the bus
                    return


def _text(block: Block) -> Text:
    text = Text(no_wrap=True, overflow="crop", end="")
    for number, line in enumerate(block):
        text.append("\n" if number else "")
        for span in trimmed(line):
            text.append(span.text, _STYLES[span.style])
    return text
