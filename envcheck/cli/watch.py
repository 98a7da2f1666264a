"""A text on a terminal that is kept true: `status --watch`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable


def refuse_unwatchable(*, json: bool) -> None:
    """See that there is a terminal on which a text can change in place.

    Raises:
        UsageError: there is none, or stdout is for a document.
    """
    if json or not sys.stdout.isatty():
        raise UsageError(
            "--watch changes its text in place, which needs a terminal",
            id="usage.watch",
            fix=Fix("leave --watch out, and ask again when you want to know", ("envcheck status",)),
        )


def watch(look: Callable[[], str], wait: Callable[[], None]) -> None:
    """Show what a look gives, again and again, until Ctrl-C; the last of it stays.

    Args:
        look: gives the text as it is now.
        wait: returns when it is worth looking again.
    """
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    # Only what is drawn here changes the screen: no thread draws in between.
    with Live(
        console=Console(file=sys.stdout), auto_refresh=False, vertical_overflow="ellipsis"
    ) as live:
        try:
            while True:
                live.update(Text(look()), refresh=True)
                wait()
        except KeyboardInterrupt:  # how it is meant to end
            return
