"""What `bundle save` and `bundle load` have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import Fix, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

_SELDOM = 8 << 20
_USES = ("envcheck bundle save PROFILE -o FILE", "envcheck bundle load FILE [--into FOLDER]")


def fit_flags(action: str, *, output: str, into: str) -> None:
    """See that `bundle` was told what to do, and nothing that does not go with it.

    Raises:
        UsageError: it was not.
    """
    fix = Fix("one of these:", _USES)
    if action not in ("save", "load"):
        told = f"'{action}' is neither" if action else "nothing was given"
        text = f"bundle can do two things, save and load, and {told}"
        raise UsageError(text, id="bundle.which-action", fix=fix)
    if action == "save" and into:
        raise UsageError("--into goes with `bundle load`", id="bundle.which-action", fix=fix)
    if action == "load" and output:
        raise UsageError("-o goes with `bundle save`", id="bundle.which-action", fix=fix)


def seldom(tell: Callable[[int], None]) -> Callable[[int], None]:
    """The same, but no more often than every 8 MB: an event costs more than a read."""
    told = 0

    def maybe(done: int) -> None:
        nonlocal told
        if done - told >= _SELDOM:
            told = done
            tell(done)

    return maybe
