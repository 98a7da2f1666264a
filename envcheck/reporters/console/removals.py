"""What a run takes away: everything in a teardown, what is outdated or unwanted in an up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core import events as ev
from envcheck.reporters.console import changes

if TYPE_CHECKING:
    from envcheck.reporters.console.lines import Block
    from envcheck.reporters.console.page import Page

ChangeEvent = ev.Changed | ev.WouldRemove | ev.Kept | ev.LeftBehind | ev.NothingLeft | ev.Freed


class Removals:
    """Tells of changes.

    Attributes:
        looked: what a second look after a teardown found.
        over: whether what the task was for is over: what goes then, the last sentence sums up.
    """

    def __init__(self) -> None:
        self.over = False
        self.looked: list[ev.NothingLeft] = []
        self._gone: dict[str, ev.Change] = {}

    def hear(self, event: ChangeEvent, run: ev.Started, page: Page) -> Block:
        """The lines that a change is worth in this run."""
        match event:
            case ev.Changed():
                return self._changed(event.change, run, page)
            case ev.WouldRemove():
                return changes.would_remove(event, page)
            case ev.Kept():
                return changes.kept(event, page)
            case ev.LeftBehind():
                return changes.left_behind(event, page)
            case ev.NothingLeft():
                self.looked.append(event)
                return []
            case ev.Freed():
                return changes.freed(event, page) if event.size else []

    def close(self, run: ev.Started, page: Page) -> Block:
        """What an up has removed without putting something new in its place."""
        block = [row for change in self._gone.values() for row in _remade(change, run, page)]
        self._gone.clear()
        return block

    def _changed(self, change: ev.Change, run: ev.Started, page: Page) -> Block:
        """Removals, where they are what the task is about; what is new, its own row tells."""
        if run.command in ("down", "clean"):
            return changes.removed(change, page) if change.action == "removed" else []
        # What `check` makes anew has a verdict of its own.
        if run.command == "check" or self.over:
            return []
        if change.action == "removed":
            self._gone[change.name] = change
        if change.action == "recreated":
            self._gone.pop(change.name, None)
            return _remade(change, run, page)
        return []


def _remade(change: ev.Change, run: ev.Started, page: Page) -> Block:
    name = change.name.removeprefix(f"{run.instance}-")
    return changes.remade(change, f"volume {name}" if change.kind == "volume" else name, page)
